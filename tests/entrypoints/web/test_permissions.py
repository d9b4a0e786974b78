"""Who may call what. The table is the decision; the application must agree with all of it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import Client, Response

from entrypoints.web import API
from entrypoints.wiring import Services
from kernel import api_tokens
from kernel.access import Permission
from tests.support.registry import NOW

ROUTES: Mapping[tuple[str, str], Permission] = {
    ("GET", "/organisations"): Permission.READ_ORGANISATIONS,
    ("POST", "/organisations"): Permission.MANAGE_ORGANISATIONS,
    ("GET", "/organisations/{organisation_id}"): Permission.READ_ORGANISATIONS,
    ("PUT", "/organisations/{organisation_id}"): Permission.MANAGE_ORGANISATIONS,
    ("POST", "/organisations/{organisation_id}/codes"): Permission.MANAGE_ORGANISATIONS,
    ("GET", "/people"): Permission.READ_PEOPLE,
    ("POST", "/people"): Permission.MANAGE_PEOPLE,
    ("GET", "/people/{person_id}"): Permission.READ_PEOPLE,
    ("PUT", "/people/{person_id}"): Permission.MANAGE_PEOPLE,
    ("POST", "/people/{person_id}/appointments"): Permission.MANAGE_PEOPLE,
    ("POST", "/people/{person_id}/citizen-number"): Permission.READ_PEOPLE,
    ("POST", "/appointments/{appointment_id}/end"): Permission.MANAGE_PEOPLE,
    ("GET", "/people/{person_id}/leaves"): Permission.READ_PEOPLE,
    ("POST", "/people/{person_id}/leaves"): Permission.MANAGE_PEOPLE,
    ("POST", "/leaves/{leave_id}/end"): Permission.MANAGE_PEOPLE,
    ("GET", "/usage/months"): Permission.READ_USAGE,
    ("GET", "/usage/report"): Permission.READ_USAGE,
    ("GET", "/usage/mailboxes"): Permission.READ_USAGE,
    ("GET", "/usage/rules"): Permission.READ_USAGE,
    ("GET", "/usage/rules/candidates"): Permission.READ_USAGE,
    ("GET", "/usage/rules/exceptions"): Permission.READ_USAGE,
    ("POST", "/usage/rules/apply"): Permission.MANAGE_ACCOUNTS,
    ("GET", "/usage/locked"): Permission.READ_USAGE,
    ("GET", "/usage/notices"): Permission.READ_USAGE,
    ("GET", "/usage/notices/due"): Permission.READ_USAGE,
    ("GET", "/accounts"): Permission.READ_ACCOUNTS,
    ("POST", "/accounts"): Permission.MANAGE_ACCOUNTS,
    ("GET", "/accounts/{account_id}"): Permission.READ_ACCOUNTS,
    ("POST", "/accounts/{account_id}/suspend"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{account_id}/reinstate"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{account_id}/close"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{account_id}/password-reset"): Permission.MANAGE_ACCOUNTS,
    ("PUT", "/accounts/{account_id}/quota"): Permission.MANAGE_ACCOUNTS,
    ("PUT", "/accounts/{account_id}/primary-address"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{account_id}/addresses/{address_id}/retire"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{account_id}/custodians"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/accounts/{account_id}/custodians/{person_id}/end"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/imports"): Permission.IMPORT,
    ("GET", "/imports"): Permission.IMPORT,
    ("GET", "/imports/{plan_id}"): Permission.IMPORT,
    ("GET", "/imports/{plan_id}/rows"): Permission.IMPORT,
    ("GET", "/imports/{plan_id}/rejected"): Permission.IMPORT,
    ("POST", "/imports/{plan_id}/apply"): Permission.IMPORT,
    ("GET", "/directory/status"): Permission.READ_DIRECTORY,
    ("POST", "/directory/stops/{stop_id}/release"): Permission.MANAGE_DIRECTORY,
    ("GET", "/clients"): Permission.READ_CLIENTS,
    ("POST", "/clients"): Permission.MANAGE_CLIENTS,
    ("GET", "/clients/{client_id}"): Permission.READ_CLIENTS,
    ("PUT", "/clients/{client_id}"): Permission.MANAGE_CLIENTS,
    ("POST", "/clients/{client_id}/secret"): Permission.MANAGE_CLIENTS,
    ("POST", "/clients/{client_id}/disable"): Permission.MANAGE_CLIENTS,
    ("POST", "/clients/{client_id}/enable"): Permission.MANAGE_CLIENTS,
    ("GET", "/clients/{client_id}/usernames"): Permission.READ_CLIENTS,
    ("PUT", "/clients/{client_id}/usernames/{account_id}"): Permission.MANAGE_CLIENTS,
    ("POST", "/clients/{client_id}/usernames/{account_id}/end"): Permission.MANAGE_CLIENTS,
    ("GET", "/signing-keys"): Permission.READ_CLIENTS,
    ("POST", "/signing-keys/rotate"): Permission.MANAGE_CLIENTS,
    ("POST", "/signing-keys/{kid}/withdraw"): Permission.MANAGE_CLIENTS,
    ("GET", "/accounts/{account_id}/handovers"): Permission.READ_ACCOUNTS,
    ("POST", "/accounts/{account_id}/handovers"): Permission.MANAGE_ACCOUNTS,
    ("GET", "/accounts/{account_id}/handovers/{handover_id}/protocol"): Permission.READ_ACCOUNTS,
    ("POST", "/usage/events"): Permission.REPORT_USAGE,
    ("GET", "/lists"): Permission.READ_ACCOUNTS,
    ("POST", "/lists"): Permission.MANAGE_ACCOUNTS,
    ("GET", "/lists/{address}"): Permission.READ_ACCOUNTS,
    ("PUT", "/lists/{address}/senders"): Permission.MANAGE_ACCOUNTS,
    ("POST", "/lists/{address}/end"): Permission.MANAGE_ACCOUNTS,
}
OPEN = {("POST", "/activations")}
"""The activation code in the body is the credential."""

IDENTIFIERS = {
    f"{name}_id": str(UUID(int=1))
    for name in (
        "organisation",
        "person",
        "appointment",
        "account",
        "address",
        "leave",
        "plan",
        "stop",
        "client",
        "handover",
    )
} | {"address": "tatca.stc@backan.gov.vn", "kid": "unknown"}
every_route = pytest.mark.parametrize("route", ROUTES, ids=" ".join)


def call(client: Client, route: tuple[str, str], secret: str | None) -> Response:
    method, path = route
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return client.request(method, API + path.format_map(IDENTIFIERS), headers=headers)


def problem(response: Response) -> Any:
    assert response.headers["Content-Type"] == "application/problem+json"
    found = response.json()
    assert found["status"] == response.status_code
    assert found["request_id"] == response.headers["X-Request-Id"]
    return found


def test_the_table_names_every_route(app: FastAPI) -> None:
    served = {
        (method.upper(), path.removeprefix(API))
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert served == ROUTES.keys() | OPEN


@every_route
def test_a_route_asks_for_a_token_and_then_for_its_permission(
    client: Client, route: tuple[str, str], token: Callable[..., str]
) -> None:
    permission = ROUTES[route]
    stranger = call(client, route, None)
    assert stranger.status_code == 401
    assert stranger.headers["WWW-Authenticate"] == "Bearer"
    assert problem(stranger)["code"] == "token-rejected"
    other = call(client, route, token(*set(Permission) - {permission}))
    assert other.status_code == 403
    found = problem(other)
    assert found["code"] == "permission-missing"
    assert permission.value in found["detail"]
    assert permission.value in found["detail_vi"]
    caller = call(client, route, token(permission))
    assert caller.status_code in {200, 404, 422}
    if caller.is_error:
        problem(caller)


def test_revoked_expired_and_invented_tokens_get_the_same_answer(
    client: Client, services: Services, token: Callable[..., str]
) -> None:
    revoked, expired = token(Permission.READ_PEOPLE), token(Permission.READ_PEOPLE)
    with services.database.transaction() as session:
        first, second = api_tokens.list_tokens(session)
        first.revoked_at = second.expires_at = NOW
    answers = [
        problem(call(client, ("GET", "/people"), secret))
        for secret in (revoked, expired, "congvu_" + "A" * 43)
    ]
    for answer in answers:
        del answer["request_id"]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["code"] == "token-rejected"
