"""A whole day of single sign-on, and everything that is left of it: no secret and no person."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kernel.access import Permission
from kernel.mailer import Mailer, MailSettings
from tests.support.harvest import Harvest
from tests.support.jobs import run_jobs
from tests.support.password_states import activation_code, reset_code
from tests.support.sign_on import Application, Browser, Challenge, Member, SignOnWorld, answered
from tests.support.signatures import Signer
from tests.support.smtp import Inbox, smtp_server

NAME, RECOVERY = "Đàm Thị Bích Phượng", "phuong.o.nha@example.org"
CITIZEN, STAFF, PHONE = "006187123456", "BK7654321", "0913579246"
PERSON = ("Phượng", RECOVERY, CITIZEN, STAFF, PHONE)
NEXT, THIRD = "suối reo bên bản 9", "nương ngô chín vàng 4"
SERVICE = "https://motcua.backan.gov.vn/c/portal/login"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def harvest(world: SignOnWorld) -> Iterator[Harvest]:
    harvest = Harvest(world.client)
    yield harvest
    world.client.event_hooks = {}


@pytest.fixture
def site(world: SignOnWorld, harvest: Harvest) -> Application:
    scope = ["openid", "profile", "email", "phone", "staff", "citizen_number", "offline_access"]
    app = world.application(scope=scope, id_token_claims=True, require_consent=True)
    harvest.note("secret of a client", str(app.secret))
    return app


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member(
        NAME,
        citizen_number=CITIZEN,
        staff_number=STAFF,
        phone=PHONE,
        recovery_email=RECOVERY,
        birth_date=date(1987, 6, 5),
    )


@pytest.fixture
def inbox(world: SignOnWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    inbox = Inbox()
    monkeypatch.setattr(logging.getLogger("mail.log"), "disabled", True)  # that is the mail server
    with smtp_server(inbox) as port:
        settings = MailSettings(
            host="127.0.0.1", port=port, tls="none", sender_address="no-reply@backan.gov.vn"
        )
        monkeypatch.setattr(world.services.password_jobs, "_mailer", Mailer(settings))
        yield inbox


def codes_and_tokens(world: SignOnWorld, site: Application, member: Member) -> Browser:
    browser, challenge = world.browser(), Challenge()
    page = world.authorize(browser, site, challenge=challenge, login_hint=member.login)
    browser.post(str(page.url), {"identifier": member.login, "password": "a wrong password"})
    browser.post(str(page.url), {"identifier": RECOVERY, "password": "password of nobody"})
    browser.post(str(page.url), {"identifier": "typed-into-the-wrong-field", "password": NEXT})
    consent = browser.sign_in(member, page)
    code = answered(browser.follow(browser.post(str(consent.url), {"decision": "allow"})))["code"]
    tokens = world.exchange(site, code, challenge).json()
    world.exchange(site, code, challenge)  # replayed
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    world.client.get("/oauth2/userinfo", headers=bearer)
    return browser


def refreshes(world: SignOnWorld, site: Application, member: Member, browser: Browser) -> None:
    scope = "openid profile email phone staff citizen_number offline_access"
    challenge = Challenge()
    page = world.authorize(browser, site, challenge=challenge, scope=scope)
    code = answered(browser.follow(browser.post(str(page.url), {"decision": "allow"})))["code"]
    tokens = world.exchange(site, code, challenge).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = world.client.get("/oauth2/userinfo", headers=bearer).json()
    assert told["citizen_number"] == CITIZEN
    assert member.login in told["email"]
    world.introspect(site, tokens["access_token"])
    first = tokens["refresh_token"]
    for _ in range(2):  # the second is a retry
        again = world.token(site, grant_type="refresh_token", refresh_token=first)
    third = world.token(
        site, grant_type="refresh_token", refresh_token=again.json()["refresh_token"]
    )
    world.token(site, grant_type="refresh_token", refresh_token=first)  # reused
    world.client.post(
        "/oauth2/revoke", data={"token": third.json()["access_token"]}, auth=site.auth
    )
    hint = {"id_token_hint": tokens["id_token"], "client_id": site.client_id}
    browser.get("/oauth2/logout", params=hint)


def machines(world: SignOnWorld, site: Application, member: Member) -> None:
    signer = Signer(issuer=world.services.sign_on.issuer)
    world.application(
        "machine",
        token_endpoint_auth_method="private_key_jwt",
        jwks=signer.jwks,
        grant_types=["client_credentials"],
        redirect_uris=[],
    )
    assertion = {
        "iss": "machine",
        "sub": "machine",
        "aud": signer.issuer,
        "exp": int(world.services.clock().timestamp()) + 60,
        "jti": "used-once",
    }
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION}
    for text_ in (signer.sign(assertion), signer.sign(assertion), "e30.e30.broken-assertion"):
        proof = signer.proof("/oauth2/token")
        world.client.post("/oauth2/token", data={**form, "client_assertion": text_}, headers=proof)
    for secret in ("a wrong client secret", str(site.secret)):
        world.client.post("/oauth2/token", data=form, auth=(site.client_id, secret))
        pushed = {**world.authorization(site), "client_secret": secret}
        world.client.post("/oauth2/par", data=pushed)
    platform = world.application(
        "platform", grant_types=[EXCHANGE], redirect_uris=[], token_exchange_for=["plain"]
    )
    plain = world.application("plain")
    subject = world.tokens(plain, member)["access_token"]
    for token in (subject, "not-a-token-of-ours"):
        given = {"subject_token": token, "subject_token_type": ACCESS_TOKEN}
        world.token(platform, grant_type=EXCHANGE, **given)


def devices_and_cas(world: SignOnWorld, member: Member) -> None:
    television = world.application(
        "television",
        redirect_uris=[],
        grant_types=[DEVICE_CODE],
        token_endpoint_auth_method="none",
        scope=["openid"],
    )
    browser = world.browser()
    browser.sign_in(member)
    asked = {"client_id": television.client_id}
    codes = world.client.post("/oauth2/device_authorization", data=asked).json()
    browser.post("/thiet-bi", {"user_code": "WRONG-CODE"})
    browser.post("/thiet-bi", {"user_code": codes["user_code"], "decision": "allow"})
    world.token(television, grant_type=DEVICE_CODE, device_code=codes["device_code"])
    world.application("portal", cas_services=["https://motcua.backan.gov.vn/"])
    ticket = answered(browser.get("/cas/login", params={"service": SERVICE}))["ticket"]
    for service in (SERVICE, SERVICE, "https://evil.example/"):
        question = {"service": service, "ticket": ticket}
        world.client.get("/cas/p3/serviceValidate", params=question)
    browser.get("/cas/logout")


def registrations(world: SignOnWorld, initial: str) -> None:
    metadata = {"redirect_uris": ["https://new.example/callback"], "client_name": "Cổng mới"}
    for token in (initial, "no-initial-token-of-ours"):
        headers = {"Authorization": f"Bearer {token}"}
        made = world.client.post("/oauth2/register", json=metadata, headers=headers)
    assert made.status_code == 401


def passwords(world: SignOnWorld, harvest: Harvest, member: Member, inbox: Inbox) -> None:
    browser = world.browser()
    for code in (activation_code(world), "0000-0000-0000-0000"):
        harvest.note("activation code", code)
        browser.post("/kich-hoat", {"code": code, "password": THIRD, "again": THIRD})
    browser.post("/quen-mat-khau", {"identifier": f"{member.login}@backan.gov.vn"})
    browser.post("/quen-mat-khau", {"identifier": RECOVERY})
    assert_nothing_in(jobs_of(world), harvest, member)
    run_jobs(world.services)
    (mail,) = inbox.mails
    body = mail.get_body(("plain",))
    assert body is not None
    (sent,) = set(re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){12}", body.get_content()))
    for code in (sent, sent, "WRONG-" + sent):
        harvest.note("reset code", code)
        browser.post("/dat-lai-mat-khau", {"code": code, "password": NEXT, "again": NEXT})
    office = reset_code(world, member)
    harvest.note("reset code of an office", office)
    browser.post("/dat-lai-mat-khau", {"code": office, "password": THIRD, "again": THIRD})
    signed_in = browser.post("/dang-nhap", {"identifier": member.login, "password": THIRD})
    assert signed_in.is_redirect
    form = {"password": "đồi chè xanh mướt 6", "again": "đồi chè xanh mướt 6"}
    for current in ("not the current one", THIRD):
        browser.post("/doi-mat-khau", {"current": current, **form})


def failures(world: SignOnWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw quotes what it worked on."""

    def broken(_: Any, password: str) -> None:
        raise RuntimeError(password)

    monkeypatch.setattr(world.services.sign_on.sign_in, "check", broken)
    typed = {"identifier": "somebody", "password": "password in an exception"}
    assert world.browser().post("/dang-nhap", typed).status_code == 500


def jobs_of(world: SignOnWorld) -> str:
    with world.services.database.transaction() as session:
        return "\n".join(session.scalars(text("SELECT j::text FROM procrastinate_jobs AS j")))


def trail_of(world: SignOnWorld) -> list[str]:
    with world.services.database.transaction() as session:
        return list(session.scalars(text("SELECT r::text FROM kernel_audit_record AS r")))


def spooled(world: SignOnWorld) -> str:
    folder = world.services.settings.audit.spool_folder
    assert isinstance(folder, Path)
    return "\n".join(file.read_text() for file in folder.iterdir() if file.is_file())


def tables_of(world: SignOnWorld) -> Iterator[tuple[str, str]]:
    with world.services.database.transaction() as session:
        names = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in names.all():
            rows = session.scalars(text(f'SELECT t::text FROM "{name}" AS t'))
            yield name, "\n".join(rows)


def assert_nothing_in(left: str, harvest: Harvest, member: Member) -> None:
    assert harvest.found_in(left) == []
    personal = (*PERSON, f"{member.login}@", "typed-into-the-wrong-field")
    assert [one for one in personal if one in left] == []


def test_nothing_of_it_is_left_in_logs_trail_spool_jobs_or_tables(  # noqa: PLR0917  # fixtures
    lines: io.StringIO,
    world: SignOnWorld,
    harvest: Harvest,
    site: Application,
    member: Member,
    inbox: Inbox,
    token: Callable[..., str],
) -> None:
    before = set(trail_of(world))  # an officer gave the person an address
    browser = codes_and_tokens(world, site, member)
    refreshes(world, site, member, browser)
    machines(world, site, member)
    devices_and_cas(world, member)
    registrations(world, token(Permission.REGISTER_CLIENTS))
    passwords(world, harvest, member, inbox)
    with pytest.MonkeyPatch.context() as patched:
        failures(world, patched)

    assert len(harvest.secrets) > 70
    assert all(harvest.found_in(f"before {secret} after") for secret in harvest.secrets)
    assert_nothing_in(spooled(world), harvest, member)
    world.services.spool.flush()
    trail = "\n".join(row for row in trail_of(world) if row not in before)
    for tag in ("token:issued", "token:refreshed", "token:refresh-reused", "sign-on:signed-in",
                "sign-on:refused", "sign-on:client-entered", "token:exchanged"):  # fmt: skip
        assert tag in trail
    assert_nothing_in(trail, harvest, member)
    assert_nothing_in(jobs_of(world), harvest, member)
    written = lines.getvalue()
    assert "request failed" in written
    assert {json.loads(line)["event"] for line in written.splitlines()} >= {"request"}
    assert member.login not in written
    assert_nothing_in(written, harvest, member)
    for name, rows in tables_of(world):
        assert harvest.found_in(rows) == [], name
