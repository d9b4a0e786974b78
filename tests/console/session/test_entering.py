"""Signing in to the console by our own provider, and out of it."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from console.session.access import AnyCaller
from identity.accounts.service import suspend_account
from identity.roles.models import Role
from identity.roles.service import end_role
from tests.support.clock import MovableClock
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW


@pytest.fixture(scope="module", autouse=True)
def form_of_a_test(app: FastAPI) -> None:
    """Before the server starts."""

    @app.post("/quan-tri/thu-gui", include_in_schema=False)
    def take(_: AnyCaller) -> None:
        raise AssertionError("nobody is signed in")


def test_a_stranger_is_sent_to_the_sign_in_page(console: ConsoleWorld) -> None:
    browser = console.sign_on.browser()
    page = browser.follow(browser.get("/quan-tri/can-bo?q=nga"))
    assert page.url.path == "/dang-nhap"
    assert "Trang quản trị" in page.text


def test_who_signs_in_comes_back_to_the_page_that_was_asked_for(console: ConsoleWorld) -> None:
    member = console.holder(Role.HR)
    browser = console.sign_on.browser()
    response = browser.follow(browser.get("/quan-tri?a=b"))
    page = console.home(browser, browser.sign_in(member, response))
    assert (page.status_code, page.url.path, page.url.query) == (200, "/quan-tri", b"a=b")
    assert "Trần Văn Bình" in page.text
    assert "Quản trị nhân sự" in page.text


def test_staff_without_a_role_are_shown_their_own_account(console: ConsoleWorld) -> None:
    browser = console.browser(console.sign_on.member())
    assert browser.follow(browser.get("/quan-tri")).url.path == "/tai-khoan"


def test_signing_out_anywhere_ends_the_console_too(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    assert browser.get("/quan-tri").status_code == 200
    browser.post("/dang-xuat")
    assert browser.get("/quan-tri").headers["Location"].startswith("/quan-tri/vao?back=")


def test_who_is_suspended_is_out_at_the_next_click(console: ConsoleWorld) -> None:
    member = console.holder(Role.HR)
    browser = console.browser(member)
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, member.id, now=NOW, basis=BASIS)
    assert browser.get("/quan-tri").is_redirect


def test_a_role_that_was_taken_away_opens_nothing_any_more(console: ConsoleWorld) -> None:
    console.holder(Role.ADMINISTRATOR, name="Lê Thị Hoa")
    member = console.holder(Role.ADMINISTRATOR)
    browser = console.browser(member)
    assert "Quản trị hệ thống" in browser.get("/quan-tri").text
    with console.sign_on.services.database.transaction() as session:
        end_role(
            session,
            console.sign_on.officer,
            member.account,
            Role.ADMINISTRATOR,
            now=NOW,
            basis=BASIS,
        )
    assert browser.get("/quan-tri").headers["Location"] == "/tai-khoan"


def test_an_answer_that_nobody_waits_for_lets_nobody_in(console: ConsoleWorld) -> None:
    browser = console.sign_on.browser()
    issuer = console.sign_on.services.sign_on.issuer
    forged = browser.get(
        "/quan-tri/da-dang-nhap", params={"state": "x", "code": "y", "iss": issuer}
    )
    assert forged.headers["Location"] == "/quan-tri"
    assert "__Host-congvu-console" not in browser.cookies


def test_a_code_of_another_server_is_not_redeemed(console: ConsoleWorld) -> None:
    member = console.holder(Role.HR)
    browser = console.sign_on.browser()
    response = browser.follow(browser.get("/quan-tri"))
    answer = browser.sign_in(member, response).headers["Location"]
    mixed_up = answer.replace("iss=", "iss=https%3A%2F%2Fevil.example&was=")
    refused = browser.get(mixed_up.partition("://")[2].partition("/")[2].join(["/", ""]))
    assert refused.status_code == 403
    assert "__Host-congvu-console" not in browser.cookies


def test_a_form_sent_after_the_session_is_kept_on_the_screen(
    console: ConsoleWorld, clock: MovableClock
) -> None:
    """The route is a test's own: what it does is not the point."""
    browser = console.browser(console.holder(Role.HR))
    clock.pass_seconds(timedelta(days=2).total_seconds())
    page = browser.post(
        "/quan-tri/thu-gui",
        {"name": "Sở <Khoa học>\nvà Công nghệ", "reason": "đổi tên"},
        headers={"Referer": "https://x.example/quan-tri/can-bo"},
    )
    assert page.status_code == 401
    assert "Sở &lt;Khoa học&gt;\nvà Công nghệ</textarea>" in page.text
    assert 'action="/quan-tri/thu-gui"' in page.text


def test_the_theme_that_was_chosen_stays(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    response = browser.post("/giao-dien", {"theme": "dark", "back": "/quan-tri?x=1"})
    assert response.headers["Location"] == "/quan-tri?x=1"
    for page in ("/quan-tri", "/tai-khoan", "/dang-xuat"):
        assert 'data-bs-theme="dark"' in browser.get(page).text, page


def test_nobody_is_sent_elsewhere_after_choosing_a_theme(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    for back in ("https://evil.example/quan-tri", "//evil.example", "/quan-trị", "javascript:1"):
        response = browser.post("/giao-dien", {"theme": "dark", "back": back})
        assert response.headers["Location"] in {"/quan-tri", "/tai-khoan"}, back
