"""Debian's Apache with mod_auth_cas, as docs/integrate sets it up, and a person in Chromium."""

import pytest
from playwright.sync_api import Page

from tests.support.installation import eventually
from tests.support.person import is_asked_to_sign_in, shown_json, sign_in, wait_for_address
from tests.support.provider import Member
from tests.support.relying_parties import Application
from tests.support.tls_provider import TlsProvider


@pytest.fixture
def member(tls_provider: TlsProvider) -> Member:
    return tls_provider.provider.hire()


def enter(page: Page, application: Application, member: Member) -> None:
    page.goto(f"{application.address}/hello")
    sign_in(page, member)
    wait_for_address(page, f"{application.address}/hello")


def test_the_application_learns_who_signed_in(
    page: Page, cas_application: Application, member: Member
) -> None:
    page.set_extra_http_headers({"CAS-User": "root"})
    enter(page, cas_application, member)
    headers = shown_json(page)["headers"]
    assert headers["cas-user"] == member.login
    assert headers["x-remote-user"] == member.login
    assert headers["cas-name"] == "Nguyễn Thị Hồng Nga"
    assert headers["cas-email"] == member.address


def test_a_suspended_person_is_out_by_single_logout(
    page: Page, cas_application: Application, member: Member, tls_provider: TlsProvider
) -> None:
    enter(page, cas_application, member)
    tls_provider.provider.suspend(member)

    def is_out() -> bool:
        page.goto(f"{cas_application.address}/hello")
        return is_asked_to_sign_in(page)

    eventually(is_out)
