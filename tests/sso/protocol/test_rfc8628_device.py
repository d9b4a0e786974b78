"""RFC 8628: somebody signs a device in that has no browser."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from identity.accounts.service import suspend_account
from kernel.audit import AuditRecord
from sso.protocol.device_codes import ALPHABET
from sso.protocol.models import DeviceAuthorization
from sso.sessions.models import EndReason
from sso.sessions.service import end_sessions_of
from tests.support.clock import MovableClock
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Application, Browser, Member, SignOnWorld

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def television(world: SignOnWorld, client_id: str = "television", **changes: Any) -> Application:
    """A public client of the device flow alone."""
    description = {
        "redirect_uris": [],
        "grant_types": [DEVICE_CODE, "refresh_token"],
        "token_endpoint_auth_method": "none",
        "scope": ["openid", "profile", "offline_access"],
    }
    return world.application(client_id, **(description | changes))


def ask(world: SignOnWorld, app: Application, **form: Any) -> httpx.Response:
    data = {"client_id": app.client_id, **form}
    return world.client.post("/oauth2/device_authorization", data=data)


def begin(world: SignOnWorld, app: Application, **form: Any) -> dict[str, Any]:
    response = ask(world, app, **form)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def poll(world: SignOnWorld, app: Application, device_code: str, **form: Any) -> httpx.Response:
    return world.token(app, grant_type=DEVICE_CODE, device_code=device_code, **form)


def error(response: httpx.Response) -> str:
    assert response.status_code == 400, response.text
    found: str = response.json()["error"]
    return found


def signed_in(world: SignOnWorld, member: Member | None = None) -> Browser:
    browser = world.browser()
    browser.sign_in(member or world.member())
    return browser


def decide(browser: Browser, user_code: str, decision: str = "allow") -> httpx.Response:
    return browser.post("/thiet-bi", {"user_code": user_code, "decision": decision})


def suspend(world: SignOnWorld, member: Member) -> None:
    with world.services.database.transaction() as session:
        suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)


def test_a_person_approves_a_device_that_then_knows_them(world: SignOnWorld) -> None:
    app, member = television(world), world.member()
    codes = begin(world, app)
    assert codes["verification_uri"] == f"{world.services.sign_on.issuer}/thiet-bi"
    assert codes["expires_in"] == 600
    assert codes["interval"] == 5
    letters = codes["user_code"].replace("-", "")
    assert len(letters) == 8
    assert set(letters) <= set(ALPHABET)
    assert error(poll(world, app, codes["device_code"])) == "authorization_pending"
    browser = signed_in(world, member)
    question = browser.post("/thiet-bi", {"user_code": codes["user_code"]})
    assert "Quản lý văn bản" in question.text
    assert codes["user_code"] in question.text
    assert "họ tên" in question.text
    assert decide(browser, codes["user_code"]).status_code == 200
    tokens = poll(world, app, codes["device_code"]).json()
    assert world.claims(tokens["id_token"])["sub"] == str(member.id)
    again = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status_code == 200


def test_the_link_fills_the_code_in_and_approves_nothing(world: SignOnWorld) -> None:
    app = television(world)
    codes = begin(world, app)
    path = codes["verification_uri_complete"].removeprefix(world.services.sign_on.issuer)
    page = signed_in(world).get(path)
    assert codes["user_code"] in page.text
    assert "Quản lý văn bản" not in page.text
    assert error(poll(world, app, codes["device_code"])) == "authorization_pending"


def test_whoever_is_not_signed_in_signs_in_and_finds_the_code_again(world: SignOnWorld) -> None:
    app, member, browser = television(world), world.member(), world.browser()
    codes = begin(world, app)
    page = browser.follow(browser.post("/thiet-bi", {"user_code": codes["user_code"].lower()}))
    assert page.url.path == "/dang-nhap"
    address = f"{page.url.path}?{page.url.query.decode()}"
    typed = {"identifier": member.login, "password": member.password}
    back = browser.follow(browser.post(address, typed))
    assert back.url.path == "/thiet-bi"
    assert codes["user_code"] in back.text


@pytest.mark.parametrize("written", ["{0}{1}", "{0} {1}", " {0}-{1} ", "{0}–{1}"])
def test_the_code_may_be_typed_in_any_manner(world: SignOnWorld, written: str) -> None:
    codes = begin(world, television(world))
    typed = written.format(*codes["user_code"].lower().split("-"))
    page = signed_in(world).post("/thiet-bi", {"user_code": typed})
    assert page.status_code == 200
    assert "Quản lý văn bản" in page.text


def test_a_refused_device_is_told(world: SignOnWorld) -> None:
    app = television(world)
    codes = begin(world, app)
    browser = signed_in(world)
    decide(browser, codes["user_code"], "deny")
    assert error(poll(world, app, codes["device_code"])) == "access_denied"
    assert decide(browser, codes["user_code"]).status_code == 422
    assert error(poll(world, app, codes["device_code"])) == "access_denied"


def test_whoever_polls_too_often_has_to_slow_down(world: SignOnWorld, clock: MovableClock) -> None:
    app = television(world)
    code = begin(world, app)["device_code"]
    assert error(poll(world, app, code)) == "authorization_pending"
    clock.pass_seconds(4)
    assert error(poll(world, app, code)) == "slow_down"
    clock.pass_seconds(6)  # enough for the first interval, not for the longer one
    assert error(poll(world, app, code)) == "slow_down"
    clock.pass_seconds(15)
    assert error(poll(world, app, code)) == "authorization_pending"


def test_codes_expire_for_both_sides(world: SignOnWorld, clock: MovableClock) -> None:
    app, browser = television(world), signed_in(world)
    codes = begin(world, app)
    clock.pass_seconds(codes["expires_in"])
    assert error(poll(world, app, codes["device_code"])) == "expired_token"
    assert decide(browser, codes["user_code"]).status_code == 422


def test_a_device_code_works_once(world: SignOnWorld) -> None:
    app = television(world)
    codes = begin(world, app)
    decide(signed_in(world), codes["user_code"])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: poll(world, app, codes["device_code"]), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert error(poll(world, app, codes["device_code"])) == "invalid_grant"


def test_a_device_code_is_of_no_use_to_another_client(world: SignOnWorld) -> None:
    app, other = television(world), television(world, "other")
    codes = begin(world, app)
    decide(signed_in(world), codes["user_code"])
    assert error(poll(world, other, codes["device_code"])) == "invalid_grant"
    assert poll(world, app, codes["device_code"]).status_code == 200


def test_unknown_and_shapeless_codes_are_refused(world: SignOnWorld) -> None:
    app = television(world)
    assert error(poll(world, app, "unknown")) == "invalid_grant"
    assert error(poll(world, app, "x" * 60_000)) == "invalid_grant"
    assert error(poll(world, app, "")) == "invalid_request"
    browser = signed_in(world)
    for typed in ("", "BCDF-GHJK", "AEIO-UAEI", "../../etc", "é" * 100):
        assert browser.post("/thiet-bi", {"user_code": typed}).status_code == 422
    assert browser.post("/thiet-bi", {"user_code": "B" * 300}).status_code == 422


def test_guessing_becomes_slow(world: SignOnWorld) -> None:
    app, guesser, other = television(world), signed_in(world), signed_in(world)
    codes = begin(world, app)
    statuses = [
        guesser.post("/thiet-bi", {"user_code": "BBBB-BBBB"}).status_code for _ in range(12)
    ]
    assert statuses[:9] == [422] * 9
    assert statuses[-1] == 429
    refused = decide(guesser, codes["user_code"])
    assert refused.status_code == 429
    assert f'data-seconds="{refused.headers["Retry-After"]}"' in refused.text
    assert decide(other, codes["user_code"]).status_code == 200


def test_a_page_of_another_site_cannot_approve(world: SignOnWorld) -> None:
    codes = begin(world, television(world))
    form = {"user_code": codes["user_code"], "decision": "allow"}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert signed_in(world).post("/thiet-bi", form, headers=headers).status_code == 403


def test_who_may_not_use_the_client_cannot_approve(world: SignOnWorld) -> None:
    office = world.province.organisation("Sở Nội vụ")
    group = {"organisation_id": str(office.id)}
    app = television(world, allowed_groups=[group])
    codes = begin(world, app)
    assert decide(signed_in(world), codes["user_code"]).status_code == 403
    assert error(poll(world, app, codes["device_code"])) == "access_denied"
    codes = begin(world, app)
    insider = signed_in(world, world.member(organisation=office))
    assert decide(insider, codes["user_code"]).status_code == 200
    assert poll(world, app, codes["device_code"]).status_code == 200


def test_somebody_suspended_after_approving_gets_no_token(world: SignOnWorld) -> None:
    app, member = television(world), world.member()
    codes = begin(world, app)
    decide(signed_in(world, member), codes["user_code"])
    suspend(world, member)
    assert error(poll(world, app, codes["device_code"])) == "access_denied"


def test_a_device_stays_signed_in_when_the_browser_signs_out(world: SignOnWorld) -> None:
    app, member = television(world), world.member()
    codes = begin(world, app)
    browser = signed_in(world, member)
    decide(browser, codes["user_code"])
    tokens = poll(world, app, codes["device_code"]).json()
    with world.services.database.transaction() as session:
        end_sessions_of(session, member.id, EndReason.SIGNED_OUT, now=NOW)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert world.token(app, **form).status_code == 200
    assert "sid" not in world.claims(tokens["access_token"])


def test_only_clients_of_the_device_flow_may_begin_one(world: SignOnWorld) -> None:
    other = television(world, "tv", grant_types=["refresh_token"])
    assert error(ask(world, other)) == "unauthorized_client"
    assert error(ask(world, television(world), scope="unheard-of")) == "invalid_scope"
    assert error(ask(world, television(world, "b"), resource="https://x.example")) == (
        "invalid_target"
    )
    stranger = world.client.post("/oauth2/device_authorization", data={"client_id": "nobody"})
    assert stranger.status_code == 401
    machine = television(world, "machine", token_endpoint_auth_method="client_secret_basic")
    assert ask(world, machine).status_code == 401


def test_an_approval_is_recorded_and_neither_code_is_kept(world: SignOnWorld) -> None:
    app, member = television(world), world.member()
    codes = begin(world, app)
    decide(signed_in(world, member), codes["user_code"])
    with world.services.database.transaction() as session:
        row = session.scalars(select(DeviceAuthorization)).one()
        record = session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "sign-on:device-approved")
        ).one()
    assert record.subject_id == member.id
    assert record.details["client_id"] == app.client_id
    kept = repr(vars(row)) + repr(record.details)
    assert codes["device_code"] not in kept
    assert codes["user_code"].replace("-", "") not in kept
