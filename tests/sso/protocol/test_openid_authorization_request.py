"""OpenID Connect Core section 3.1.2: prompt, max_age, hints, claims, consent, choice of account."""

import base64
import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from identity.accounts import provisioning, service
from sso.sessions.models import SignOnSession
from tests.support.registry import BASIS, NOW, TODAY
from tests.support.sign_on import Application, Challenge, Member, SignOnWorld, answered

ALLOW = {"decision": "allow"}


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def age(world: SignOnWorld, minutes: int) -> None:
    """Everybody signed in that long ago."""
    with world.services.database.transaction() as session:
        moment = NOW - timedelta(minutes=minutes)
        session.execute(update(SignOnSession).values(authenticated_at=moment))


def test_a_silent_request_never_shows_a_page(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    browser = world.browser()
    before = answered(world.authorize(browser, site, prompt="none"))
    assert before["error"] == "login_required"
    world.tokens(site, member, browser)
    assert "code" in answered(world.authorize(browser, site, prompt="none"))


@pytest.mark.parametrize("prompt", ["none login", "password", "create"])
def test_prompts_that_make_no_sense_are_refused(
    world: SignOnWorld, site: Application, prompt: str
) -> None:
    answer = answered(world.authorize(world.browser(), site, prompt=prompt))
    assert answer["error"] == "invalid_request"
    assert answer["state"] == "state-1"


def test_prompt_login_asks_once_and_then_goes_on(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    browser = world.browser()
    world.tokens(site, member, browser)
    former = browser.cookies["__Host-congvu"]
    age(world, 5)
    page = world.authorize(browser, site, prompt="login")
    assert page.status_code == 200
    assert "code" in answered(browser.sign_in(member, page))
    assert browser.cookies["__Host-congvu"] != former


def test_max_age_asks_again_when_the_password_was_too_long_ago(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    browser = world.browser()
    world.tokens(site, member, browser)
    age(world, 30)
    assert "code" in answered(world.authorize(browser, site, max_age="3600"))
    silent = answered(world.authorize(browser, site, max_age="60", prompt="none"))
    assert silent["error"] == "login_required"
    assert world.authorize(browser, site, max_age="60").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"max_age": "-1"},
        {"max_age": "1e3"},
        {"max_age": "9" * 30},
        {"response_mode": "fragment"},
        {"response_type": "token"},
        {"response_type": "code id_token"},
        {"claims": "{"},
        {"claims": "[]"},
        {"claims": '{"userinfo": 5}'},
        {"claims": "[" * 8000},
        {"resource": "https://not.registered.example"},
        {"scope": "root admin"},
        {"state": "s" * 5000},
        {"dpop_jkt": "short"},
    ],
)
def test_bad_parameters_end_at_the_client_with_an_error(
    world: SignOnWorld, site: Application, changed: dict[str, Any]
) -> None:
    answer = answered(world.authorize(world.browser(), site, **changed))
    assert answer["error"].startswith(("invalid_", "unsupported_", "unauthorized_"))
    assert answer["iss"] == world.services.sign_on.issuer


def test_a_repeated_parameter_is_refused(world: SignOnWorld, site: Application) -> None:
    pairs = [*world.authorization(site).items(), ("client_id", "other")]
    response = world.browser().get("/oauth2/authorize", params=pairs)
    assert response.status_code == 400


def test_a_hint_of_somebody_else_asks_for_that_person(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    browser, other = world.browser(), world.member("Trần Văn Bình")
    hint = world.tokens(site, other)["id_token"]
    world.tokens(site, member, browser)
    silent = answered(world.authorize(browser, site, id_token_hint=hint, prompt="none"))
    assert silent["error"] == "login_required"
    page = world.authorize(browser, site, id_token_hint=hint)
    assert page.status_code == 200
    assert "code" in answered(browser.sign_in(other, page))


def test_the_subject_that_a_request_wants_is_the_one_it_gets(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    other, browser = world.member("Lê Văn Bình"), world.browser()
    mine = world.claims(world.tokens(site, member, browser)["id_token"])["sub"]
    wanted = world.claims(world.tokens(site, other)["id_token"])["sub"]
    asked = {name: json.dumps({"id_token": {"sub": {"value": name}}}) for name in (mine, wanted)}
    assert "code" in answered(world.authorize(browser, site, claims=asked[mine], prompt="none"))
    silent = answered(world.authorize(browser, site, claims=asked[wanted], prompt="none"))
    assert silent["error"] == "login_required"
    challenge = Challenge()
    page = world.authorize(browser, site, challenge, claims=asked[wanted])
    back = answered(browser.sign_in(other, page))
    tokens = world.exchange(site, back["code"], challenge).json()
    assert world.claims(tokens["id_token"])["sub"] == wanted


@pytest.mark.parametrize("kind", ["userinfo", "access", "another client's", "rubbish"])
def test_a_hint_that_is_no_id_token_of_this_client_is_an_error_not_none(
    world: SignOnWorld, member: Member, kind: str
) -> None:
    site = world.application("signed", userinfo_signed_response_alg="RS256")
    browser = world.browser()
    tokens = world.tokens(site, member, browser)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    hints = {
        "userinfo": world.client.get("/oauth2/userinfo", headers=bearer).text,
        "access": tokens["access_token"],
        "another client's": world.tokens(world.application("other"), member)["id_token"],
        "rubbish": "x.y.z",
    }
    back = answered(world.authorize(browser, site, id_token_hint=hints[kind], state="s"))
    assert back["error"] == "invalid_request"
    assert back["state"] == "s"


def test_the_sign_in_page_knows_the_hinted_login(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    page = world.authorize(world.browser(), site, login_hint=member.login)
    assert f'value="{member.login}"' in page.text


def test_an_essential_class_that_we_cannot_offer_is_an_error(
    world: SignOnWorld, site: Application
) -> None:
    claims = json.dumps({"id_token": {"acr": {"essential": True, "values": ["urn:x:gold"]}}})
    answer = answered(world.authorize(world.browser(), site, claims=claims))
    assert answer["error"] == "unmet_authentication_requirements"


def test_claims_can_be_asked_for_by_name(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    claims = json.dumps({"id_token": {"staff_number": None}, "userinfo": {"email": None}})
    tokens = world.tokens(site, member, scope="openid", claims=claims)
    assert "staff_number" in world.claims(tokens["id_token"])
    userinfo = world.client.get(
        "/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    ).json()
    assert set(userinfo) == {"sub", "email"}


def test_consent_is_asked_once_for_each_thing(world: SignOnWorld, member: Member) -> None:
    site, browser = world.application("asking", require_consent=True), world.browser()
    page = browser.sign_in(member, world.authorize(browser, site, scope="openid email"))
    assert page.status_code == 200
    silent = answered(world.authorize(browser, site, scope="openid email", prompt="none"))
    assert silent["error"] == "consent_required"
    assert "code" in answered(browser.follow(browser.post(str(page.url), {"decision": "allow"})))
    assert "code" in answered(world.authorize(browser, site, scope="openid email"))
    more = world.authorize(browser, site, scope="openid email staff")
    assert more.status_code == 200
    refused = browser.follow(browser.post(str(more.url), {"decision": "deny"}))
    assert answered(refused)["error"] == "access_denied"


@pytest.mark.parametrize("place", ["userinfo", "id_token"])
def test_what_is_asked_for_by_name_needs_consent_like_what_is_asked_for_by_scope(
    world: SignOnWorld, member: Member, place: str
) -> None:
    site, browser = world.application("asking", require_consent=True), world.browser()
    browser.sign_in(member, world.authorize(browser, site, scope="openid"))
    allowed = browser.post(str(world.authorize(browser, site, scope="openid").url), ALLOW)
    assert "code" in answered(browser.follow(allowed))
    wanted: dict[str, Any] = {
        "scope": "openid",
        "claims": json.dumps({place: {"staff_number": None}}),
    }
    page = world.authorize(browser, site, **wanted)
    assert "số hiệu cán bộ" in page.text
    silent = answered(world.authorize(browser, site, **wanted, prompt="none"))
    assert silent["error"] == "consent_required"
    assert "code" in answered(browser.follow(browser.post(str(page.url), ALLOW)))
    assert "code" in answered(world.authorize(browser, site, **wanted, prompt="none"))
    assert "số hiệu cán bộ" in browser.get("/tai-khoan/he-thong").text


def test_whoever_may_not_use_a_client_is_told_so_and_the_client_hears_a_refusal(
    world: SignOnWorld, member: Member
) -> None:
    elsewhere = world.province.organisation("Sở Y tế")
    site = world.application("closed", allowed_groups=[{"organisation_id": str(elsewhere.id)}])
    browser = world.browser()
    page = browser.sign_in(member, world.authorize(browser, site))
    assert page.status_code == 403
    assert answered(browser.follow(browser.post(str(page.url))))["error"] == "access_denied"
    silent = answered(world.authorize(browser, site, prompt="none"))
    assert silent["error"] == "access_denied"


def office_of(world: SignOnWorld, member: Member, valid_to: date | None = None) -> Any:
    """An organisation account that the member is custodian of."""
    organisation = world.province.organisation("Ủy ban nhân dân xã Đồng Phúc")
    assert member.account.person_id is not None
    with world.services.database.transaction() as session:
        account = provisioning.open_organisation_account(
            session,
            world.officer,
            organisation.id,
            stem=f"{organisation.mail_stem}",
            purpose="clerical",
            display_name="Văn thư UBND xã Đồng Phúc",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )
        service.add_custodian(
            session,
            world.officer,
            account.id,
            member.account.person_id,
            valid_from=date(2024, 1, 1),
            valid_to=valid_to,
            basis=BASIS,
        )
        return account


def acting(world: SignOnWorld) -> Application:
    return world.application(
        "acting", allow_acting=True, allowed_account_kinds=["personal", "organisation"]
    )


def test_a_custodian_chooses_the_organisation_and_the_token_says_both(
    world: SignOnWorld, member: Member
) -> None:
    office, site, browser = office_of(world, member), acting(world), world.browser()
    page = browser.sign_in(member, world.authorize(browser, site))
    assert "Văn thư UBND xã Đồng Phúc" in page.text
    chosen = browser.follow(browser.post(str(page.url), {"account": str(office.id)}))
    assert "code" in answered(chosen)
    tokens = world.tokens(site, member, browser)  # remembered for this session
    claims = world.claims(tokens["access_token"])
    assert claims["sub"] == str(office.id)
    assert claims["act"] == {"sub": str(member.id)}


def test_nobody_becomes_an_organisation_that_they_are_not_custodian_of(
    world: SignOnWorld, member: Member
) -> None:
    office_of(world, member)
    other = office_of(world, world.member("Trần Văn Bình"))
    ended = office_of(world, member, valid_to=TODAY)
    site, browser = acting(world), world.browser()
    page = browser.sign_in(member, world.authorize(browser, site))
    for account in (other, ended):
        assert str(account.id) not in page.text
        again = browser.follow(browser.post(str(page.url), {"account": str(account.id)}))
        assert again.status_code == 200  # the same question


def test_when_the_custodian_ends_the_organisation_is_out_of_reach(
    world: SignOnWorld, member: Member
) -> None:
    office, site, browser = office_of(world, member), acting(world), world.browser()
    page = browser.sign_in(member, world.authorize(browser, site))
    browser.follow(browser.post(str(page.url), {"account": str(office.id)}))
    tokens = world.tokens(site, member, browser)
    assert member.account.person_id is not None
    with world.services.database.transaction() as session:
        service.end_custodian(
            session,
            world.officer,
            office.id,
            member.account.person_id,
            on=TODAY,
            basis=BASIS,
        )
    assert world.introspect(site, tokens["access_token"]) == {"active": False}
    again = world.token(site, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.json()["error"] == "invalid_grant"


def test_a_pairwise_subject_is_stable_and_differs_between_sectors(
    world: SignOnWorld, member: Member
) -> None:
    one = world.application("one", subject_type="pairwise")
    two = world.application("two", subject_type="pairwise", redirect_uris=["https://two.example/c"])
    subjects = [
        world.claims(world.tokens(app, member)["id_token"])["sub"] for app in (one, one, two)
    ]
    assert subjects[0] == subjects[1] != subjects[2]
    assert str(member.id) not in subjects


def test_the_citizen_number_goes_to_whom_its_scope_was_given_and_nobody_else(
    world: SignOnWorld, member: Member
) -> None:
    plain = world.application("plain")
    staff = world.application("hr", scope=["openid", "citizen_number"])
    claims = json.dumps({"id_token": {"citizen_number": None}})
    without = world.tokens(plain, member, scope="openid citizen_number", claims=claims)
    assert "citizen_number" not in world.claims(without["id_token"])
    assert "citizen_number" not in without["scope"]
    granted = world.tokens(staff, member, scope="openid citizen_number")
    userinfo = world.client.get(
        "/oauth2/userinfo", headers={"Authorization": f"Bearer {granted['access_token']}"}
    ).json()
    assert userinfo["citizen_number"].startswith("006")


def test_userinfo_is_signed_where_the_client_wants_it(world: SignOnWorld, member: Member) -> None:
    site = world.application("signed", userinfo_signed_response_alg="RS256")
    token = world.tokens(site, member)["access_token"]
    response = world.client.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert response.headers["Content-Type"] == "application/jwt"
    claims = world.claims(response.text)
    assert claims["aud"] == site.client_id
    assert claims["name"] == "Nguyễn Thị Hồng Nga"
    header = json.loads(base64.urlsafe_b64decode(response.text.split(".")[0] + "=="))
    assert header["alg"] == "RS256"


def test_a_request_may_be_posted_from_another_site_and_still_finds_the_session(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    browser = world.browser()
    world.tokens(site, member, browser)
    cookies, browser.cookies = browser.cookies, {}  # Lax cookies stay at home
    moved = browser.post("/oauth2/authorize", world.authorization(site))
    browser.cookies = cookies
    assert "code" in answered(browser.follow(moved))
