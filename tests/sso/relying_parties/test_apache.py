"""Debian's Apache with mod_auth_openidc, as docs/integrate sets it up, and a person in Chromium."""

from urllib.parse import quote

from playwright.sync_api import Page

from tests.support.installation import eventually
from tests.support.person import is_asked_to_sign_in, shown_json, sign_in, wait_for_address
from tests.support.provider import Member, Provider
from tests.support.relying_parties import Application


def enter(page: Page, apache: Application, member: Member) -> None:
    page.goto(f"{apache.address}/hello")
    sign_in(page, member)
    wait_for_address(page, f"{apache.address}/hello")


def is_let_in(page: Page, apache: Application) -> bool:
    page.goto(f"{apache.address}/hello")
    return not is_asked_to_sign_in(page)


def test_the_application_behind_apache_learns_who_signed_in(
    page: Page, apache: Application, member: Member
) -> None:
    enter(page, apache, member)
    headers = shown_json(page)["headers"]
    assert headers["x-remote-user"] == member.login
    assert headers["oidc_claim_name"] == "Nguyễn Thị Hồng Nga"
    assert headers["oidc_claim_email"] == member.address
    assert headers["oidc_claim_sub"] == str(member.account_id)
    assert "mod_auth_openidc_session" not in headers.get("cookie", "")


def test_a_browser_cannot_say_itself_who_it_is(
    page: Page, apache: Application, member: Member
) -> None:
    page.set_extra_http_headers({"OIDC_CLAIM_sub": "root", "X-Remote-User": "root"})
    enter(page, apache, member)
    headers = shown_json(page)["headers"]
    assert headers["oidc_claim_sub"] == str(member.account_id)
    assert headers["x-remote-user"] == member.login


def test_signing_out_at_apache_ends_the_session_of_the_provider_too(
    page: Page, apache: Application, member: Member
) -> None:
    enter(page, apache, member)
    goodbye = f"{apache.address}/goodbye"
    page.goto(f"{apache.address}/oidc/callback?logout={quote(goodbye, safe='')}")
    wait_for_address(page, goodbye)
    assert not is_let_in(page, apache)


def test_a_suspended_person_is_out_of_apache_by_the_back_channel(
    page: Page, apache: Application, member: Member, provider: Provider
) -> None:
    enter(page, apache, member)
    provider.suspend(member)
    eventually(lambda: not is_let_in(page, apache))
