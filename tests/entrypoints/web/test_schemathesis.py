"""Whatever is sent, the answer is one that the OpenAPI document describes, and never a 5xx."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from entrypoints.web import create_app
from entrypoints.wiring import Services
from kernel.access import Permission
from tests.support.jobs import run_jobs
from tests.support.registry import Province, people_row, workbook
from tests.support.services import nowhere, settings_for
from tests.support.web import BASIS, Api

DOCUMENT = create_app(Services(settings_for("postgresql+psycopg://", nowhere()))).openapi()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

schema = schemathesis.openapi.from_dict(DOCUMENT)
schema.config.phases.coverage.unexpected_methods = set()  # 405 is tested in test_probes.py


@pytest.fixture
def machine(token: Callable[..., str]) -> Iterator[requests.Session]:
    """With every permission; its connection is kept from one request to the next."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token(*Permission)}"
        yield session


@pytest.fixture
def existing(api: Api, services: Services, province: Province) -> Mapping[str, str]:
    """One row of every kind: a request is sent as it was made up and again about these."""
    organisation = province.organisation("Sở Tài chính", code="H03.1")
    person = province.person(organisation)
    account = province.account(person)
    detail = api.get(f"/accounts/{account.id}")
    appointment = api.get(f"/people/{person.id}")["appointments"][0]
    files = {"file": ("list.xlsx", workbook(people_row(1)), "application/octet-stream")}
    plan = api.post("/imports", status=202, files=files)
    run_jobs(services)
    return {
        "organisation_id": str(organisation.id),
        "parent_id": str(organisation.id),
        "under": str(organisation.id),
        "person_id": str(person.id),
        "account_id": str(account.id),
        "address_id": detail["addresses"][0]["id"],
        "appointment_id": appointment["id"],
        "plan_id": plan["id"],
        "domain": "backan.gov.vn",
        "version": 1,
        "basis": BASIS,
    }


def aimed(value: Any, existing: Mapping[str, Any]) -> Any:
    """The same about rows that exist, wherever an id was made up."""
    if not isinstance(value, dict):
        return value
    return {name: existing.get(name, aimed(inner, existing)) for name, inner in value.items()}


@schema.parametrize()
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])  # failures are shown as found
def test_the_api_does_what_it_says(
    case: Any, machine: requests.Session, address: str, existing: Mapping[str, Any]
) -> None:
    response = case.call(base_url=address, session=machine)
    case.validate_response(response, checks=CHECKS)
    if response.status_code == 404:
        for part in ("body", "path_parameters", "query"):
            setattr(case, part, aimed(getattr(case, part), existing))
        response = case.call(base_url=address, session=machine)
        case.validate_response(response, checks=CHECKS)
