"""Debian's nginx with auth_request, as docs/integrate sets it up, and a person in Chromium."""

from urllib.parse import quote, unquote

import httpx
from playwright.sync_api import Page

from tests.support.installation import eventually
from tests.support.person import (
    counting_password_entries,
    is_asked_to_sign_in,
    shown_json,
    sign_in,
    wait_for_address,
)
from tests.support.provider import Member, Provider
from tests.support.relying_parties import Application


def enter(page: Page, nginx: Application, member: Member, path: str = "/hello") -> None:
    page.goto(f"{nginx.address}{path}")
    sign_in(page, member)
    wait_for_address(page, f"{nginx.address}{path}")


def is_out(page: Page, nginx: Application) -> bool:
    page.goto(f"{nginx.address}/hello")
    return is_asked_to_sign_in(page)


def test_the_application_behind_nginx_learns_who_signed_in(
    page: Page, nginx: Application, member: Member
) -> None:
    enter(page, nginx, member)
    headers = shown_json(page)["headers"]
    assert headers["x-auth-request-user"] == member.login
    assert headers["x-auth-request-subject"] == str(member.account_id)
    assert unquote(headers["x-auth-request-name"]) == "Nguyễn Thị Hồng Nga"
    assert headers["x-auth-request-email"] == member.address


def test_people_come_back_to_the_very_page_that_they_wanted(
    page: Page, nginx: Application, member: Member
) -> None:
    path = f"/search?q={quote('công báo')}&page=2"
    enter(page, nginx, member, path)
    assert shown_json(page)["path"] == path


def test_a_browser_cannot_say_itself_who_it_is(
    page: Page, nginx: Application, member: Member
) -> None:
    claimed = {"X-Auth-Request-User": "root", "X-Auth-Request-Subject": "root"}
    assert httpx.get(f"{nginx.address}/hello", headers=claimed).status_code == 302
    page.set_extra_http_headers(claimed)
    enter(page, nginx, member)
    assert shown_json(page)["headers"]["x-auth-request-user"] == member.login


def test_whoever_is_signed_in_elsewhere_needs_no_password(
    page: Page, nginx: Application, node_application: Application, member: Member
) -> None:
    with counting_password_entries(page) as entries:
        page.goto(node_application.address)
        sign_in(page, member)
        wait_for_address(page, f"{node_application.address}/")
        assert not is_out(page, nginx)
    assert len(entries) == 1


def test_a_suspended_person_is_out_at_the_next_request(
    page: Page, nginx: Application, member: Member, provider: Provider
) -> None:
    enter(page, nginx, member)
    provider.suspend(member)
    assert is_out(page, nginx)


def test_signing_out_at_the_provider_ends_the_visit(
    page: Page, nginx: Application, member: Member, provider: Provider
) -> None:
    enter(page, nginx, member)
    page.goto(f"{provider.issuer}/oauth2/logout")
    page.locator("form button").first.click()
    eventually(lambda: is_out(page, nginx))
