"""Whatever is sent, the answer is one that the OpenAPI document describes, and never a 5xx."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
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
from tests.entrypoints.web.conftest import BASIS, Api
from tests.support.jobs import run_jobs
from tests.support.registry import Province, people_row, workbook
from tests.support.services import nowhere, settings_for

DOCUMENT = create_app(Services(settings_for("postgresql+psycopg://", nowhere()))).openapi()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

schema = schemathesis.openapi.from_dict(DOCUMENT)


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
    """The same with ids that exist wherever one was made up."""
    if not isinstance(value, dict):
        return value
    return {name: existing.get(name, aimed(inner, existing)) for name, inner in value.items()}


@schema.parametrize()
@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])
def test_the_api_does_what_it_says(
    case: Any, address: str, existing: Mapping[str, Any], secret: str
) -> None:
    for body, path, query in (
        (case.body, case.path_parameters, case.query),
        (
            aimed(case.body, existing),
            aimed(case.path_parameters, existing),
            aimed(case.query, existing),
        ),
    ):
        case.body, case.path_parameters, case.query = body, path, query
        response = case.call(base_url=address, headers={"Authorization": f"Bearer {secret}"})
        open("/tmp/h7-count","a").write(f"{case.method} {case.path} {response.status_code} {case.meta.phase.name}\n")
        case.validate_response(response, checks=CHECKS)


@pytest.fixture
def secret(token: Callable[..., str]) -> str:
    return token(*Permission)
