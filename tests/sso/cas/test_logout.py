"""Signing out by the address of CAS, which is signing out like any other."""

import re
from html import unescape
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import select

from kernel.audit import AuditRecord
from sso.protocol.sign_on_records import SignOnAuditTag
from tests.support.cas import SERVICE, enter
from tests.support.sign_on import Browser, Member, SignOnWorld

pytestmark = pytest.mark.usefixtures("portal")


def frames(page: httpx.Response) -> list[str]:
    return [unescape(found) for found in re.findall(r'<iframe hidden src="([^"]+)"', page.text)]


@pytest.fixture
def browser(world: SignOnWorld, member: Member) -> Browser:
    """Has entered the portal and a system that hears of logouts in the browser only."""
    browser = world.browser()
    front = world.application("front", frontchannel_logout_uri="https://front.example/leave")
    world.tokens(front, member, browser)
    enter(browser, member)
    return browser


def test_systems_that_hear_in_the_browser_hear_it(browser: Browser) -> None:
    page = browser.get("/cas/logout")
    assert page.status_code == 200
    assert frames(page) == ["https://front.example/leave"]
    assert "frame-src https://front.example" in page.headers["Content-Security-Policy"]
    assert "Refresh" not in page.headers
    assert "__Host-congvu" not in browser.cookies


def test_the_browser_goes_back_to_the_service_once_they_have_loaded(browser: Browser) -> None:
    service = f"{SERVICE}?trang=chủ"
    page = browser.get("/cas/logout", params={"service": service})
    assert frames(page) == ["https://front.example/leave"]
    assert page.headers["Refresh"] == f"3; url={quote(service, safe=':/?=')}"


def test_where_nothing_has_to_load_it_goes_back_at_once(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    enter(browser, member)
    response = browser.get("/cas/logout", params={"service": SERVICE})
    assert response.headers["Location"] == SERVICE
    assert "__Host-congvu" not in browser.cookies
    assert browser.get("/cas/logout", params={"service": SERVICE}).headers["Location"] == SERVICE


def test_the_audit_trail_says_who_left_and_at_whose_wish(
    world: SignOnWorld, member: Member, browser: Browser
) -> None:
    browser.get("/cas/logout", params={"service": SERVICE})
    with world.services.database.transaction() as session:
        left = select(AuditRecord).where(AuditRecord.tag == SignOnAuditTag.SIGNED_OUT)
        (record,) = session.scalars(left)
    assert record.subject_id == member.id
    assert record.details["client_id"] == "motcua"
