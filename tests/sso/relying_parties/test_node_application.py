"""The Node.js application of docs/integrate, on openid-client, and a person in Chromium."""

import httpx
from playwright.sync_api import Page

from tests.support.person import is_asked_to_sign_in, shown_json, sign_in, wait_for_address
from tests.support.provider import Member
from tests.support.relying_parties import Application


def enter(page: Page, application: Application, member: Member) -> None:
    page.goto(f"{application.address}/")
    sign_in(page, member)
    wait_for_address(page, f"{application.address}/")


def test_the_application_shows_who_signed_in(
    page: Page, node_application: Application, member: Member
) -> None:
    enter(page, node_application, member)
    person = shown_json(page)
    assert person["sub"] == str(member.account_id)
    assert person["name"] == "Nguyễn Thị Hồng Nga"
    assert person["preferred_username"] == member.login
    assert person["email"] == member.address


def test_signing_out_of_the_application_ends_the_session_of_the_provider_too(
    page: Page, node_application: Application, member: Member
) -> None:
    enter(page, node_application, member)
    page.goto(f"{node_application.address}/logout")
    wait_for_address(page, f"{node_application.address}/goodbye")
    page.goto(f"{node_application.address}/")
    assert is_asked_to_sign_in(page)


def test_the_application_refuses_logout_tokens_that_are_none(
    page: Page, node_application: Application, member: Member
) -> None:
    enter(page, node_application, member)
    ended = f"{node_application.address}/backchannel-logout"
    assert httpx.post(ended, data={"logout_token": "e30.e30."}).status_code == 400
    page.reload()
    assert shown_json(page)["sub"] == str(member.account_id)
