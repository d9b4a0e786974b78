"""What monitoring asks, and what every answer has in common."""

from collections.abc import Iterator

import httpx
import pytest

from entrypoints.web import create_app
from tests.support.registry import Province
from tests.support.services import built, settings_for
from tests.support.slapd import TestSlapd, ldap_server, slapd_of_this_process
from tests.support.web import Api, serving

__all__ = ["ldap_server", "slapd_of_this_process"]


@pytest.fixture
def with_directory(database_url: str, ldap_server: TestSlapd) -> Iterator[httpx.Client]:
    """The application with both servers it needs."""
    settings = settings_for(database_url, ldap_server.settings(connect_timeout_seconds=1.0))
    with (
        built(settings) as services,
        serving(create_app(services)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def test_it_is_alive_without_any_other_server(client: httpx.Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_it_is_ready_when_database_and_directory_answer_and_says_which_does_not(
    with_directory: httpx.Client, ldap_server: TestSlapd
) -> None:
    ready = with_directory.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "database": True, "directory": True}
    ldap_server.stop()
    unready = with_directory.get("/readyz")
    ldap_server.start()
    assert unready.status_code == 503
    assert unready.json() == {"status": "not ready", "database": True, "directory": False}
    assert with_directory.get("/readyz").status_code == 200


def test_metrics_count_requests_by_route_and_show_what_the_directory_lacks(
    client: httpx.Client, api: Api, province: Province
) -> None:
    organisation = province.organisation()
    api.get(f"/organisations/{organisation.id}")
    metrics = client.get("/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain")
    lines = metrics.text.splitlines()
    counted = 'organisations/{organisation_id}",status="200"} 1.0'
    assert any(
        line.startswith("congvu_http_requests_total") and line.endswith(counted) for line in lines
    )
    assert "congvu_directory_pending_entries 3.0" in lines  # the organisation and its two groups
    assert str(organisation.id) not in metrics.text


def test_every_answer_has_a_request_id_of_its_own(client: httpx.Client) -> None:
    answers = [client.get(path) for path in ("/healthz", "/healthz", "/nowhere", "/api/v1/people")]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/api/v1/nowhere", 404, "not-found"),
        ("DELETE", "/api/v1/people", 405, "method-not-allowed"),
    ],
)
def test_what_is_not_served_is_a_problem_too(
    client: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    found = response.json()
    assert (found["code"], found["status"]) == (code, status)
    assert found["request_id"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "body",
    ["{", '"text"', "[]", "null", "", '{"full_name": "\\ud800"}', '{"full_name": "a\\u0000b"}'],
)
def test_a_body_of_another_form_is_refused_with_the_places(
    client: httpx.Client, api: Api, body: str
) -> None:
    headers = {**api.headers, "Content-Type": "application/json"}
    response = client.post("/api/v1/people", content=body.encode(), headers=headers)
    assert response.status_code == 422
    found = response.json()
    assert found["code"] == "request-invalid"
    assert found["errors"][0]["place"].startswith("body")
    assert found["detail_vi"]


def test_a_missing_row_is_told_in_both_languages(api: Api) -> None:
    found = api.refused("/people/00000000-0000-4000-8000-000000000000", 404)
    assert found["code"] == "person-not-found"
    assert found["title"] == "NotFound"
    assert found["detail"]
    assert found["detail_vi"]


def test_the_api_describes_itself(client: httpx.Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert document["info"]["title"] == "Công Vụ"
