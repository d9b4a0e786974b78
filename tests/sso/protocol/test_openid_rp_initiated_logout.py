"""OpenID Connect RP-Initiated Logout 1.0."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from kernel.audit import AuditRecord
from sso.protocol.sign_on_records import SignOnAuditTag
from sso.sessions.cookies import SESSION_COOKIE
from sso.sessions.models import EndReason, SignOnSession
from tests.support.clock import MovableClock
from tests.support.sign_on import Application, Browser, Member, SignOnWorld

GOODBYE = "https://app.example/goodbye?from=congvu"
LOGOUT = "/oauth2/logout"


@pytest.fixture
def portal(world: SignOnWorld) -> Application:
    return world.application(post_logout_redirect_uris=[GOODBYE])


def ended(world: SignOnWorld) -> list[EndReason | None]:
    """Why each session ended, in order."""
    with world.services.database.transaction() as session:
        statement = select(SignOnSession.end_reason).order_by(SignOnSession.created_at)
        return list(session.scalars(statement))


def hint(world: SignOnWorld, app: Application, member: Member, browser: Browser) -> str:
    token: str = world.tokens(app, member, browser)["id_token"]
    return token


def ask(browser: Browser, **parameters: Any) -> httpx.Response:
    return browser.get(LOGOUT, params=parameters)


def confirm(browser: Browser, page: httpx.Response) -> httpx.Response:
    return browser.post(str(page.url))


def test_a_client_signs_out_who_its_id_token_is_about_without_a_question(
    world: SignOnWorld, portal: Application
) -> None:
    browser, member = world.browser(), world.member()
    token = hint(world, portal, member, browser)
    response = ask(browser, id_token_hint=token, post_logout_redirect_uri=GOODBYE, state="a b&c=d")
    assert response.status_code == 303
    assert response.headers["Location"] == f"{GOODBYE}&state=a+b%26c%3Dd"
    assert ended(world) == [EndReason.SIGNED_OUT]
    assert SESSION_COOKIE not in browser.cookies


def test_the_audit_trail_says_who_signed_out_and_for_which_client(
    world: SignOnWorld, portal: Application
) -> None:
    browser, member = world.browser(), world.member()
    ask(browser, id_token_hint=hint(world, portal, member, browser))
    with world.services.database.transaction() as session:
        statement = select(AuditRecord).where(AuditRecord.tag == SignOnAuditTag.SIGNED_OUT)
        (record,) = session.scalars(statement)
    assert (record.subject_id, record.details["client_id"]) == (member.id, portal.client_id)


def test_an_id_token_that_has_expired_is_a_good_hint(
    world: SignOnWorld, portal: Application, clock: MovableClock
) -> None:
    browser, member = world.browser(), world.member()
    token = hint(world, portal, member, browser)
    clock.now += timedelta(minutes=50)
    ask(browser, id_token_hint=token)
    assert ended(world) == [EndReason.SIGNED_OUT]


def test_a_hint_of_the_same_person_s_session_of_yesterday_is_good_enough(
    world: SignOnWorld, portal: Application
) -> None:
    member = world.member()
    token = hint(world, portal, member, world.browser())
    browser = world.browser()
    browser.sign_in(member)
    ask(browser, id_token_hint=token)
    assert ended(world) == [None, EndReason.SIGNED_OUT]


def test_without_a_hint_the_person_is_asked_and_then_goes_back(
    world: SignOnWorld, portal: Application
) -> None:
    browser, member = world.browser(), world.member()
    browser.sign_in(member)
    page = browser.follow(
        ask(browser, client_id=portal.client_id, post_logout_redirect_uri=GOODBYE, state="s")
    )
    assert page.status_code == 200
    assert "Quản lý văn bản" in page.text
    assert "https://app.example" in page.headers["Content-Security-Policy"]
    assert ended(world) == [None]
    response = confirm(browser, page)
    assert response.headers["Location"] == f"{GOODBYE}&state=s"
    assert ended(world) == [EndReason.SIGNED_OUT]


def test_a_hint_about_somebody_else_does_not_sign_out_who_is_here(
    world: SignOnWorld, portal: Application
) -> None:
    token = hint(world, portal, world.member("Lê Văn Bình"), world.browser())
    browser = world.browser()
    browser.sign_in(world.member())
    page = browser.follow(ask(browser, id_token_hint=token))
    assert page.url.path == "/dang-xuat"
    assert ended(world) == [None, None]


def test_another_site_cannot_confirm_for_the_person(world: SignOnWorld) -> None:
    browser = world.browser()
    browser.sign_in(world.member())
    response = browser.post("/dang-xuat", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert ended(world) == [None]


def test_whoever_is_signed_out_already_goes_back_at_once(
    world: SignOnWorld, portal: Application
) -> None:
    browser, member = world.browser(), world.member()
    token = hint(world, portal, member, browser)
    ask(browser, id_token_hint=token)
    response = ask(browser, id_token_hint=token, post_logout_redirect_uri=GOODBYE)
    assert response.headers["Location"] == GOODBYE


def test_a_form_of_the_client_works_like_a_link(world: SignOnWorld, portal: Application) -> None:
    browser, member = world.browser(), world.member()
    form = {
        "id_token_hint": hint(world, portal, member, browser),
        "post_logout_redirect_uri": GOODBYE,
        "nonsense": "x" * 5000,
    }
    # browsers keep our cookie to themselves when another site sends a form
    response = world.client.post(LOGOUT, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 303
    assert "nonsense" not in response.headers["Location"]
    assert ended(world) == [None]
    assert browser.get(response.headers["Location"]).headers["Location"] == GOODBYE
    assert ended(world) == [EndReason.SIGNED_OUT]


WRONG_ADDRESSES = [
    "https://evil.example/",
    "https://app.example/goodbye",
    f"{GOODBYE}&more=1",
    f"{GOODBYE}#fragment",
    "https://app.example:443/goodbye?from=congvu",
    "HTTPS://app.example/goodbye?from=congvu",
    "//evil.example",
    "https://app.example/callback",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("target", WRONG_ADDRESSES)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    world: SignOnWorld, portal: Application, target: str
) -> None:
    browser, member = world.browser(), world.member()
    token = hint(world, portal, member, browser)
    response = ask(browser, id_token_hint=token, post_logout_redirect_uri=target)
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert "Refresh" not in response.headers
    assert ended(world) == [None]
    query = {"client_id": portal.client_id, "post_logout_redirect_uri": target}
    assert browser.get("/dang-xuat", params=query).status_code == 400


def test_an_address_counts_only_for_the_client_that_registered_it(
    world: SignOnWorld, portal: Application
) -> None:
    other = world.application("other")
    browser, member = world.browser(), world.member()
    token = hint(world, other, member, browser)
    assert ask(browser, id_token_hint=token, post_logout_redirect_uri=GOODBYE).status_code == 400
    assert ask(browser, post_logout_redirect_uri=GOODBYE).status_code == 400
    query = {"client_id": portal.client_id, "id_token_hint": token}
    assert ask(browser, **query, post_logout_redirect_uri=GOODBYE).status_code == 400


def test_after_a_wrong_request_one_can_sign_out_all_the_same(
    world: SignOnWorld, portal: Application
) -> None:
    browser = world.browser()
    browser.sign_in(world.member())
    page = ask(browser, client_id="nobody")
    assert page.status_code == 400
    assert 'action="/dang-xuat"' in page.text
    response = browser.post("/dang-xuat")
    assert response.status_code == 200
    assert ended(world) == [EndReason.SIGNED_OUT]
    assert portal.client_id not in response.text


@pytest.mark.parametrize("kind", ["access_token", "changed", "foreign", "nonsense"])
def test_only_an_id_token_of_ours_is_a_hint(
    world: SignOnWorld, portal: Application, kind: str
) -> None:
    browser, member = world.browser(), world.member()
    tokens = world.tokens(portal, member, browser)
    head, body, signature = tokens["id_token"].split(".")
    given = {
        "access_token": tokens["access_token"],
        "changed": f"{head}.{body}.{signature[::-1]}",
        "foreign": f"eyJhbGciOiJub25lIn0.{body}.",
        "nonsense": "x" * 20_000,
    }
    response = ask(browser, id_token_hint=given[kind], post_logout_redirect_uri=GOODBYE)
    assert response.status_code == 400
    assert ended(world) == [None]


def test_a_repeated_parameter_is_refused(world: SignOnWorld, portal: Application) -> None:
    query = f"client_id={portal.client_id}&client_id=other"
    assert world.client.get(f"{LOGOUT}?{query}").status_code == 400


def test_an_unknown_client_sends_nobody_anywhere(world: SignOnWorld) -> None:
    response = ask(world.browser(), client_id="gone", post_logout_redirect_uri=GOODBYE)
    assert response.status_code == 400
    assert GOODBYE not in response.text


def test_the_pages_speak_the_language_that_the_client_asks_for(
    world: SignOnWorld, portal: Application
) -> None:
    browser = world.browser()
    browser.sign_in(world.member())
    page = browser.follow(ask(browser, client_id=portal.client_id, ui_locales="fr en-GB vi"))
    assert "Do you want to sign out?" in page.text
    assert "Document management" in page.text
    assert "You are signed out" in confirm(browser, page).text


def test_one_signs_out_on_our_own_page(world: SignOnWorld) -> None:
    browser = world.browser()
    member = world.member()
    browser.sign_in(member)
    page = browser.get("/dang-xuat")
    assert member.account.display_name in page.text
    response = confirm(browser, page)
    assert "Bạn đã đăng xuất" in response.text
    assert "Refresh" not in response.headers
    assert ended(world) == [EndReason.SIGNED_OUT]
    assert SESSION_COOKIE not in browser.cookies
    assert "Bạn đã đăng xuất" in browser.get("/dang-xuat").text


def test_tokens_of_the_session_end_with_it(world: SignOnWorld, portal: Application) -> None:
    browser, member = world.browser(), world.member()
    tokens = world.tokens(portal, member, browser, scope="openid profile")
    ask(browser, id_token_hint=tokens["id_token"])
    assert world.introspect(portal, tokens["access_token"]) == {"active": False}


def test_the_state_comes_back_unchanged_whatever_is_in_it(
    world: SignOnWorld, portal: Application
) -> None:
    state = "mã \r\nSet-Cookie: x=y; \"'<>"
    response = ask(
        world.browser(), client_id=portal.client_id, post_logout_redirect_uri=GOODBYE, state=state
    )
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query == {"from": ["congvu"], "state": [state]}
    assert "set-cookie" not in response.headers or "x=y" not in response.headers["set-cookie"]
