"""A page that signs people in from the browser alone, with npm's oidc-client-ts."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from entrypoints.home import CHECKOUT
from tests.support.node import PACKAGES
from tests.support.person import is_asked_to_sign_in, sign_in
from tests.support.ports import free_port
from tests.support.provider import Member, Provider
from tests.support.static_site import serving_files

PAGE = CHECKOUT / "tests" / "relying_parties" / "spa.html"
LIBRARY = PACKAGES / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"


@pytest.fixture
def single_page(provider: Provider) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    client = provider.register(
        "single-page",
        redirect_uris=[f"{address}/callback"],
        post_logout_redirect_uris=[f"{address}/"],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
    )
    settings = {
        "authority": provider.issuer,
        "client_id": client.client_id,
        "scope": "openid profile email",
    }
    page = ("text/html; charset=utf-8", PAGE.read_bytes())
    files = {
        "/": page,
        "/callback": page,
        "/oidc-client-ts.js": ("text/javascript", LIBRARY.read_bytes()),
        "/settings.json": ("application/json", json.dumps(settings).encode()),
    }
    with serving_files(files, port) as address:
        yield address


def state_after(page: Page, button: str | None = None) -> Any:
    """What the page says of the user once it has finished working."""
    output = page.locator("#state")
    if button:
        page.click(f"#{button}")
    expect(output).to_contain_text('"profile"')
    return json.loads(output.inner_text())


def enter(page: Page, single_page: str, member: Member) -> Any:
    page.goto(single_page)
    assert state_after(page)["profile"] is None
    page.click("#sign-in")
    sign_in(page, member)
    page.wait_for_url(f"{single_page}/**")
    return state_after(page)


def test_a_public_client_signs_in_and_learns_who_it_is(
    page: Page, single_page: str, member: Member
) -> None:
    profile = enter(page, single_page, member)["profile"]
    assert profile["sub"] == str(member.account_id)
    assert profile["name"] == "Nguyễn Thị Hồng Nga"
    assert profile["email"] == member.address


def test_the_refresh_token_brings_new_access_tokens(
    page: Page, single_page: str, member: Member
) -> None:
    first = enter(page, single_page, member)
    second = state_after(page, "renew")
    third = state_after(page, "renew")
    assert len({first["token"], second["token"], third["token"]}) == 3
    assert third["profile"]["sub"] == first["profile"]["sub"]


def test_a_revoked_refresh_token_brings_nothing(
    page: Page, single_page: str, member: Member
) -> None:
    enter(page, single_page, member)
    key = "Object.keys(sessionStorage).find(key => key.startsWith('oidc.user:'))"
    kept = page.evaluate(f"sessionStorage[{key}]")
    state_after(page, "revoke")
    page.evaluate(f"kept => sessionStorage.setItem({key}, kept)", kept)
    page.click("#renew")
    expect(page.locator("#state")).to_have_text('{"failed":"invalid_grant"}')


def test_signing_out_of_the_page_ends_the_session_of_the_provider(
    page: Page, single_page: str, member: Member
) -> None:
    enter(page, single_page, member)
    page.click("#sign-out")
    page.wait_for_url(f"{single_page}/")
    assert state_after(page)["profile"] is None
    page.click("#sign-in")
    page.wait_for_url("**/dang-nhap**")
    assert is_asked_to_sign_in(page)


def test_pages_of_other_sites_cannot_use_the_token_endpoint(
    provider: Provider, single_page: str
) -> None:
    def allowed(origin: str) -> str | None:
        answer = httpx.options(
            f"{provider.issuer}/oauth2/token",
            headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
        )
        value: str | None = answer.headers.get("Access-Control-Allow-Origin")
        return value

    assert allowed(single_page) == single_page
    assert allowed("https://evil.example") is None
