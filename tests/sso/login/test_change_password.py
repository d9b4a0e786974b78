"""Changing the own password, with a session and with the present password."""

from typing import Any

import httpx
import pytest

from sso.sessions.cookies import SESSION_COOKIE
from tests.support.clock import MovableClock
from tests.support.sign_on import PASSWORD, Browser, Member, SignOnWorld

CHANGE = "/doi-mat-khau"
NEXT = "suối reo bên bản 9"


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


@pytest.fixture
def browser(world: SignOnWorld, member: Member) -> Browser:
    browser = world.browser()
    browser.sign_in(member)
    return browser


def change(browser: Browser, **typed: str) -> httpx.Response:
    form = {"current": PASSWORD, "password": NEXT, "again": NEXT} | typed
    return browser.post(CHANGE, form)


def refresh(world: SignOnWorld, app: Any, tokens: dict[str, Any]) -> httpx.Response:
    return world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])


def test_only_whoever_is_signed_in_changes_it(world: SignOnWorld) -> None:
    stranger = world.browser()
    signing_in = "/dang-nhap?to=%2Fdoi-mat-khau"
    assert stranger.get(CHANGE).headers["Location"] == signing_in
    sent = change(stranger)
    assert sent.headers["Location"] == f"{signing_in}&done=undone"
    assert "việc vừa bấm chưa được thực hiện" in stranger.follow(sent).text


def test_the_password_is_changed_and_the_person_stays_signed_in(
    world: SignOnWorld, member: Member, browser: Browser
) -> None:
    page = browser.follow(change(browser))
    assert "Mật khẩu đã được đổi." in page.text
    assert world.browser().sign_in(Member(member.account, NEXT)).url.path == "/tai-khoan"
    assert world.browser().sign_in(member).status_code == 422


def test_other_sessions_and_their_refresh_tokens_end_and_own_ones_go_on(
    world: SignOnWorld, member: Member, browser: Browser
) -> None:
    app, other = world.application(), world.browser()
    theirs = world.tokens(app, member, other, scope="openid offline_access")
    own = world.tokens(app, member, browser, scope="openid offline_access")
    change(browser)
    assert other.get("/tai-khoan").is_redirect
    assert refresh(world, app, theirs).json()["error"] == "invalid_grant"
    assert refresh(world, app, own).status_code == 200


def test_a_copy_of_the_former_cookie_opens_nothing(world: SignOnWorld, browser: Browser) -> None:
    thief = world.browser()
    thief.cookies[SESSION_COOKIE] = browser.cookies[SESSION_COOKIE]
    change(browser)
    assert thief.get("/tai-khoan").is_redirect
    assert browser.get("/tai-khoan").status_code == 200


def test_the_present_password_is_asked_for(browser: Browser) -> None:
    assert "Hãy nhập mật khẩu hiện tại." in change(browser, current="").text
    page = change(browser, current="sai rồi")
    assert page.status_code == 422
    assert "Mật khẩu hiện tại không đúng." in page.text
    assert page.text.index('id="current-fault"') < page.text.index('<input id="current"')


def test_the_rules_hold(browser: Browser) -> None:
    assert "họ tên" in change(browser, password="Hồng Nga 2026!", again="Hồng Nga 2026!").text
    assert "đã dùng gần đây" in change(browser, password=PASSWORD, again=PASSWORD).text
    assert "không giống nhau" in change(browser, again="khác").text


def test_a_former_password_is_not_chosen_again(browser: Browser) -> None:
    assert change(browser).is_redirect
    page = change(browser, current=NEXT, password=PASSWORD, again=PASSWORD)
    assert "đã dùng gần đây" in page.text


def test_guessing_with_a_stolen_session_is_slowed_down(
    browser: Browser, clock: MovableClock
) -> None:
    for _ in range(6):
        change(browser, current="sai rồi")
    page = change(browser)
    assert page.status_code == 429
    assert "data-seconds" in page.text
    clock.pass_seconds(int(page.headers["Retry-After"]))
    assert change(browser).is_redirect


def test_passwords_are_in_no_page(browser: Browser) -> None:
    page = change(browser, current="mật khẩu sai này", again="khác hẳn đi").text
    for typed in ("mật khẩu sai này", NEXT, "khác hẳn đi"):
        assert typed not in page
