"""RFC 7592: a registered system looks after its own entry, and only its own."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kernel.access import Permission
from kernel.audit import AuditRecord
from sso.clients.models import ClientRow
from sso.clients.service import describe
from tests.support.sign_on import CALLBACK, Application, Challenge, SignOnWorld, answered

Entry = dict[str, Any]
Register = Callable[..., Entry]


@pytest.fixture
def register(world: SignOnWorld, token: Callable[..., str]) -> Register:
    headers = {"Authorization": f"Bearer {token(Permission.REGISTER_CLIENTS)}"}

    def made(**changes: Any) -> Entry:
        metadata = {"redirect_uris": [CALLBACK], "client_name": "Portal"} | changes
        response = world.client.post("/oauth2/register", json=metadata, headers=headers)
        assert response.status_code == 201, response.text
        entry: Entry = response.json()
        return entry

    return made


def ask(
    world: SignOnWorld, method: str, entry: Entry, *, token: str | None = None, **more: Any
) -> httpx.Response:
    secret = entry["registration_access_token"] if token is None else token
    path = entry["registration_client_uri"].removeprefix(world.services.sign_on.issuer)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return world.client.request(method, path, headers=headers, **more)


def replace(world: SignOnWorld, entry: Entry, **changes: Any) -> httpx.Response:
    document = {"client_id": entry["client_id"], "redirect_uris": [CALLBACK]} | changes
    present = {name: value for name, value in document.items() if value is not None}
    return ask(world, "PUT", entry, json=present)


def row_of(world: SignOnWorld, entry: Entry) -> ClientRow:
    statement = select(ClientRow).where(ClientRow.client_id == entry["client_id"])
    with world.services.database.transaction() as session:
        return session.scalars(statement).one()


def test_a_client_reads_its_entry_without_its_secret(
    world: SignOnWorld, register: Register
) -> None:
    entry = register()
    response = ask(world, "GET", entry)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    told = {name: entry[name] for name in entry if not name.startswith("client_secret")}
    assert response.json() == told


def test_metadata_is_replaced_as_a_whole_and_the_secret_stays(
    world: SignOnWorld, register: Register
) -> None:
    entry = register(contacts=["it@portal.example"], scope="openid profile")
    other = "https://portal.example/callback"
    response = replace(world, entry, redirect_uris=[other], client_name="Cổng mới")
    assert response.status_code == 200, response.text
    told = response.json()
    assert told["redirect_uris"] == [other]
    assert told["client_name"] == "Cổng mới"
    assert "contacts" not in told
    assert "client_secret" not in told
    assert told["registration_access_token"] == entry["registration_access_token"]
    app = Application(row_of(world, entry).id, entry["client_id"], entry["client_secret"], other)
    assert world.authorize(world.browser(), app).status_code == 200
    wrong = world.authorize(world.browser(), app, redirect_uri=CALLBACK)
    assert wrong.status_code == 400
    assert world.token(app, grant_type="refresh_token").json()["error"] != "invalid_client"


def test_a_token_is_good_for_its_own_client_alone(world: SignOnWorld, register: Register) -> None:
    mine, theirs = register(), register()
    answers = [
        ask(world, method, theirs, token=mine["registration_access_token"], json={})
        for method in ("GET", "PUT", "DELETE")
    ]
    unknown = {**mine, "registration_client_uri": f"{mine['registration_client_uri']}x"}
    answers.append(ask(world, "GET", unknown))
    answers.append(ask(world, "GET", mine, token="congvu_registration_unknown"))
    app = world.application()
    operators = {**mine, "registration_client_uri": f"/oauth2/register/{app.client_id}"}
    answers.append(ask(world, "GET", operators))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert ask(world, "GET", mine, token="").status_code == 401
    assert ask(world, "GET", theirs).status_code == 200


def test_an_initial_access_token_manages_nothing(
    world: SignOnWorld, register: Register, token: Callable[..., str]
) -> None:
    entry = register()
    assert ask(world, "GET", entry, token=token(*Permission)).status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_id": "other"},
        {"client_id": ["x"]},
        {"client_secret": "wrong"},
        {"client_secret": 7},
        {"grant_types": ["implicit"]},
        {"id_token_signed_response_alg": "none"},
        {"redirect_uris": ["http://portal.example/"]},
    ],
)
def test_a_replacement_is_judged_like_a_registration(
    world: SignOnWorld, register: Register, changed: dict[str, Any]
) -> None:
    entry = register()
    before = row_of(world, entry).description
    assert replace(world, entry, **changed).status_code == 400
    assert row_of(world, entry).description == before


def test_the_right_secret_may_be_sent_along(world: SignOnWorld, register: Register) -> None:
    entry = register()
    assert replace(world, entry, client_secret=entry["client_secret"]).status_code == 200


def test_what_the_province_decided_since_stays(world: SignOnWorld, register: Register) -> None:
    entry = register()
    with world.services.database.transaction() as session:
        row = session.get_one(ClientRow, row_of(world, entry).id)
        decided = {
            "require_consent": False,
            "allow_acting": True,
            "scope": ["openid", "phone"],
            "grant_types": ["authorization_code", "client_credentials"],
        }
        row.description = describe(row.description | decided).model_dump(mode="json")
    both = replace(
        world,
        entry,
        scope="openid phone citizen_number",
        grant_types=["authorization_code", "client_credentials"],
    )
    assert both.status_code == 200, both.text
    assert both.json()["scope"] == "openid phone"
    after = row_of(world, entry).description
    assert (after["require_consent"], after["allow_acting"]) == (False, True)


def test_a_client_that_comes_to_use_a_secret_gets_one(
    world: SignOnWorld, register: Register
) -> None:
    entry = register(token_endpoint_auth_method="none")
    response = replace(world, entry, token_endpoint_auth_method="client_secret_basic")
    secret = response.json()["client_secret"]
    app = Application(row_of(world, entry).id, entry["client_id"], secret)
    assert world.token(app, grant_type="refresh_token").json()["error"] != "invalid_client"
    again = replace(world, entry, token_endpoint_auth_method="client_secret_basic")
    assert "client_secret" not in again.json()


def test_a_deleted_client_is_disabled_and_its_grants_end(
    world: SignOnWorld, register: Register
) -> None:
    entry = register()
    row = row_of(world, entry)
    app = Application(row.id, entry["client_id"], entry["client_secret"])
    browser, challenge = world.browser(), Challenge()
    page = browser.sign_in(world.member(), world.authorize(browser, app, challenge))
    back = browser.follow(browser.post(str(page.url), {"decision": "allow"}))
    token = world.exchange(app, answered(back)["code"], challenge).json()["access_token"]
    userinfo = {"Authorization": f"Bearer {token}"}
    assert world.client.get("/oauth2/userinfo", headers=userinfo).status_code == 200
    deleted = ask(world, "DELETE", entry)
    assert deleted.status_code == 204
    assert deleted.content == b""
    assert ask(world, "GET", entry).status_code == 401
    assert ask(world, "DELETE", entry).status_code == 401
    assert world.client.get("/oauth2/userinfo", headers=userinfo).status_code == 401
    assert world.token(app, grant_type="refresh_token").json()["error"] == "invalid_client"
    assert world.authorize(browser, app).status_code == 400
    with world.services.database.transaction() as session:
        tags = session.scalars(
            select(AuditRecord.tag).where(AuditRecord.actor_label == entry["client_id"])
        ).all()
    assert "client:disabled" in tags


def test_a_client_that_an_operator_disabled_is_managed_no_more(
    world: SignOnWorld, register: Register
) -> None:
    entry = register()
    with world.services.database.transaction() as session:
        session.get_one(
            ClientRow, row_of(world, entry).id
        ).disabled_at = world.services.sign_on.clock()
    for method in ("GET", "PUT", "DELETE"):
        assert ask(world, method, entry, json={}).status_code == 401
