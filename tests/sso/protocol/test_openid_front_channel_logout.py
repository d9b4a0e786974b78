"""OpenID Connect Front-Channel Logout 1.0: pages of clients that the browser opens unseen."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

from sso.logout.front_channel import origins
from tests.support.sign_on import Browser, SignOnWorld

GOODBYE = "https://app.example/goodbye"


def frames(page: httpx.Response) -> list[str]:
    return [unescape(found) for found in re.findall(r'<iframe hidden src="([^"]+)"', page.text)]


def policy(page: httpx.Response) -> dict[str, list[str]]:
    """Directive to its sources."""
    parts = [part.split() for part in page.headers["Content-Security-Policy"].split(";")]
    return {name: sources for name, *sources in parts}


def enter(world: SignOnWorld, browser: Browser, *names: str, **changes: object) -> list[str]:
    """Sign in to clients of these names; the ID token of each."""
    member = world.member()
    return [
        world.tokens(
            world.application(
                name,
                frontchannel_logout_uri=f"https://{name}.example/leave?x=1",
                post_logout_redirect_uris=[GOODBYE],
                **changes,
            ),
            member,
            browser,
        )["id_token"]
        for name in names
    ]


def test_the_page_opens_those_of_every_client_that_was_entered_and_of_no_other(
    world: SignOnWorld,
) -> None:
    browser = world.browser()
    world.application("idle", frontchannel_logout_uri="https://idle.example/leave")
    token, _ = enter(world, browser, "one", "two")
    page = browser.get("/oauth2/logout", params={"id_token_hint": token})
    assert sorted(frames(page)) == [
        "https://one.example/leave?x=1",
        "https://two.example/leave?x=1",
    ]
    assert sorted(policy(page)["frame-src"]) == ["https://one.example", "https://two.example"]


def test_a_client_that_needs_it_is_told_which_session_of_which_issuer(world: SignOnWorld) -> None:
    browser = world.browser()
    (token,) = enter(world, browser, "one", frontchannel_logout_session_required=True)
    page = browser.get("/oauth2/logout", params={"id_token_hint": token})
    (address,) = frames(page)
    assert parse_qs(urlsplit(address).query) == {
        "x": ["1"],
        "iss": [world.services.sign_on.issuer],
        "sid": [world.claims(token)["sid"]],
    }


def test_after_a_moment_the_browser_goes_on_without_any_script(world: SignOnWorld) -> None:
    browser = world.browser()
    (token,) = enter(world, browser, "one")
    query = {"id_token_hint": token, "post_logout_redirect_uri": GOODBYE, "state": "ă b"}
    page = browser.get("/oauth2/logout", params=query)
    assert page.status_code == 200
    assert page.headers["Refresh"] == f"3; url={GOODBYE}?state=%C4%83+b"
    assert f'href="{GOODBYE}?state=%C4%83+b"' in page.text
    assert "<script" not in page.text.split("<main")[1]


def test_a_page_without_frames_allows_none(world: SignOnWorld) -> None:
    page = world.browser().get("/dang-xuat")
    assert "frame-src" not in policy(page)


def test_our_own_page_opens_them_too(world: SignOnWorld) -> None:
    browser = world.browser()
    enter(world, browser, "one")
    assert frames(browser.post("/dang-xuat")) == ["https://one.example/leave?x=1"]


def test_an_odd_host_cannot_add_to_the_policy() -> None:
    odd = [
        "https://a;script-src.example/",
        "https://a,b.example/",
        "https://*.example/",
        "https://'self'/",
        "https:///nowhere",
    ]
    assert origins([*odd, "https://[::1]:8443/x", "https://a.example:8443/x"]) == [
        "https://[::1]:8443",
        "https://a.example:8443",
    ]
