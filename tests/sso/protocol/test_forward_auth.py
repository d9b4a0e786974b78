"""Sites behind a proxy that asks at /oauth2/auth: let in, kept out, and never one for another."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx
import pytest

from identity.accounts.service import suspend_account
from sso.clients.service import set_enabled
from sso.protocol.forward_auth import SITE_COOKIE
from sso.protocol.forward_auth_routes import BROWSER_COOKIE
from sso.sessions.models import EndReason, SignOnSession
from sso.sessions.service import end_sessions_of
from sso.tokens.grants import revoke_grants_of
from tests.support.clock import MovableClock
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Application, Browser, Member, SignOnWorld

CALLBACK = "https://docs.example/oauth2/auth/callback"


def site(world: SignOnWorld, client_id: str = "docs", **changes: Any) -> Application:
    description = {
        "redirect_uris": [CALLBACK],
        "scope": ["openid", "profile", "email", "groups", "offline_access"],
    }
    return world.application(client_id, **(description | changes))


class SiteBrowser:
    """One browser with the cookies of the provider and of the site, which are two hosts."""

    def __init__(self, world: SignOnWorld, app: Application) -> None:
        self._world = world
        self.app = app
        self.at_provider, self.at_site = world.browser(), world.browser()

    def ask(self, client_id: str | None = None, **more: Any) -> httpx.Response:
        """As nginx does for a request of this browser."""
        query = {"client_id": self.app.client_id if client_id is None else client_id}
        return self.at_site.get("/oauth2/auth", params=query, **more)

    def start(self, target: str = "/") -> httpx.Response:
        """To the provider."""
        return self.at_site.get(f"/oauth2/auth/start?client_id={self.app.client_id}&rd={target}")

    def enter(self, member: Member, target: str = "/") -> httpx.Response:
        """The answer of the callback."""
        return self.come_back(self.to_callback(self.start(target), member))

    def to_callback(self, started: httpx.Response, member: Member | None = None) -> str:
        address = started.headers["Location"].removeprefix(self._world.services.sign_on.issuer)
        response = self.at_provider.follow(self.at_provider.get(address))
        if not response.is_redirect:
            assert member is not None, response.text
            response = self.at_provider.sign_in(member, response)
        location: str = response.headers["Location"]
        return location

    def come_back(self, location: str) -> httpx.Response:
        parts = urlsplit(location)
        return self.at_site.get(f"{parts.path}?{parts.query}")


def end_sessions(world: SignOnWorld, member: Member) -> None:
    with world.services.database.transaction() as session:
        end_sessions_of(session, member.id, EndReason.SIGNED_OUT, now=NOW)


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


@pytest.fixture
def browser(world: SignOnWorld) -> SiteBrowser:
    return SiteBrowser(world, site(world))


def test_a_person_signs_in_and_the_site_hears_who_it_is(
    browser: SiteBrowser, member: Member
) -> None:
    assert browser.ask().status_code == 401
    entered = browser.enter(member, "/reports?year=2026&month=11")
    assert entered.status_code == 303
    assert entered.headers["Location"] == "/reports?year=2026&month=11"
    answer = browser.ask()
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Auth-Request-User"] == member.login
    assert answer.headers["X-Forwarded-User"] == member.login
    assert answer.headers["X-Auth-Request-Subject"] == str(member.id)
    assert answer.headers["X-Auth-Request-Email"] == f"{member.login}@backan.gov.vn"
    assert answer.headers["X-Auth-Request-Groups"].startswith("H03.")
    name = answer.headers["X-Auth-Request-Name"]
    assert name.isascii()
    assert unquote(name) == "Nguyễn Thị Hồng Nga"


def test_its_cookies_belong_to_its_host_and_are_out_of_reach_of_scripts(
    browser: SiteBrowser, member: Member
) -> None:
    lines = [browser.start().headers["Set-Cookie"], browser.enter(member).headers["Set-Cookie"]]
    for line, name in zip(lines, (BROWSER_COOKIE, SITE_COOKIE), strict=True):
        assert line.startswith(f"{name}=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(line.split("; "))
        assert "Domain" not in line
        assert "Max-Age" not in line


def test_the_second_site_is_entered_without_a_password(
    world: SignOnWorld, browser: SiteBrowser, member: Member
) -> None:
    browser.enter(member)
    second = SiteBrowser(world, site(world, "wiki"))
    second.at_provider = browser.at_provider
    second.come_back(second.to_callback(second.start()))
    assert second.ask().status_code == 200


def test_the_cookie_of_one_site_opens_no_other(
    world: SignOnWorld, browser: SiteBrowser, member: Member
) -> None:
    """Whoever runs a site sees its cookies."""
    site(world, "wiki")
    browser.enter(member)
    assert browser.ask("wiki").status_code == 401
    assert browser.ask("docs").status_code == 200


def test_whoever_names_no_site_is_told_so(world: SignOnWorld, browser: SiteBrowser) -> None:
    for name in ("", "unknown", "x" * 5000):
        assert browser.ask(name).status_code == 403
    plain = world.application("plain")
    for name in ("unknown", plain.client_id, "", "é"):
        response = world.client.get(f"/oauth2/auth/start?client_id={quote(name)}&rd=/")
        assert response.status_code == 403
        assert "chưa được đăng ký" in response.text
    repeated = world.client.get("/oauth2/auth?client_id=docs&client_id=wiki")
    assert repeated.status_code == 400
    assert world.client.post("/oauth2/auth?client_id=docs").status_code == 405


@pytest.mark.parametrize("how", ["session", "suspended", "grant", "disabled"])
def test_an_end_is_an_end_at_the_next_request(
    world: SignOnWorld, browser: SiteBrowser, member: Member, how: str
) -> None:
    browser.enter(member)
    with world.services.database.transaction() as session:
        if how == "session":
            end_sessions_of(session, member.id, EndReason.SIGNED_OUT, now=NOW)
        elif how == "suspended":
            suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)
        elif how == "grant":
            revoke_grants_of(session, member.id, "by_person", now=NOW)
        else:
            set_enabled(session, world.officer, "docs", enabled=False, now=NOW, basis=BASIS)
    world.services.sign_on.clients.reload()
    assert browser.ask().status_code == (403 if how == "disabled" else 401)


def test_a_session_that_is_used_at_a_site_is_not_idle(
    world: SignOnWorld, browser: SiteBrowser, member: Member, clock: MovableClock
) -> None:
    browser.enter(member)
    for _ in range(4):
        clock.pass_seconds(50 * 60)
        assert browser.ask().status_code == 200
    with world.services.database.transaction() as session:
        seen = session.query(SignOnSession).one().seen_at
    assert seen == NOW + timedelta(minutes=200)
    clock.pass_seconds(61 * 60)
    assert browser.ask().status_code == 401


def test_a_session_ends_after_its_day_however_busy(
    world: SignOnWorld, browser: SiteBrowser, member: Member, clock: MovableClock
) -> None:
    browser.enter(member)
    for _ in range(world.services.sign_on.settings.session_hours * 2 - 1):
        clock.pass_seconds(30 * 60)
        assert browser.ask().status_code == 200
    clock.pass_seconds(30 * 60)
    assert browser.ask().status_code == 401


def test_a_forged_or_damaged_cookie_is_none(
    world: SignOnWorld, browser: SiteBrowser, member: Member
) -> None:
    browser.enter(member)
    good = browser.at_site.cookies[SITE_COOKIE]
    middle = len(good) // 2
    for wrong in (
        "",
        "x",
        "AAAA",
        "====",
        good[:-4],
        good[: middle - 1] + ("A" if good[middle] != "A" else "B") + good[middle:],
        "A" * 5000,
        "A" * 30_000,
        f"{good}; {SITE_COOKIE}={good}",
    ):
        browser.at_site.cookies = {SITE_COOKIE: wrong}
        assert browser.ask().status_code == 401
    raw = {b"Cookie": f"{SITE_COOKIE}=é; ;=; x".encode()}
    assert world.client.get("/oauth2/auth?client_id=docs", headers=raw).status_code == 401
    browser.at_site.cookies = {"other": "x", SITE_COOKIE: good, "last": "y"}
    assert browser.ask().status_code == 200


def test_the_cookie_says_nothing_to_whoever_reads_it(browser: SiteBrowser, member: Member) -> None:
    browser.enter(member)
    assert member.login not in browser.at_site.cookies[SITE_COOKIE]


TARGETS = {
    "/a?b=1&c=2&rd=3": "/a?b=1&c=2&rd=3",
    "/a?client_id=wiki&rd=https://evil.example": "/a?client_id=wiki&rd=https://evil.example",
    quote("/đường dẫn?x=1&y=2", safe=""): "/",  # letters that an address cannot hold
    quote("/a?x=1&y=%20", safe=""): "/a?x=1&y=%20",
    "https://evil.example/": "/",
    "//evil.example/": "/",
    "/\\evil.example/": "/",
    "%2F%2Fevil.example/": "/",
    "%2f%5Cevil.example/": "/",
    "%2F%0D%0ASet-Cookie:x=y": "/",
    "javascript:alert(1)": "/",
    "evil.example": "/",
    "": "/",
    "/" + "x" * 3000: "/",
}


def test_people_come_back_to_where_they_were_and_nowhere_else(
    browser: SiteBrowser, member: Member
) -> None:
    browser.enter(member)
    found = {
        target: browser.come_back(browser.to_callback(browser.start(target))).headers["Location"]
        for target in TARGETS
    }
    assert found == TARGETS


def test_a_sign_in_works_only_in_the_browser_that_began_it(
    world: SignOnWorld, browser: SiteBrowser, member: Member
) -> None:
    """Else an attacker could sign others in as themselves (RFC 9700 section 4.7)."""
    attacker, victim = browser, SiteBrowser(world, browser.app)
    location = attacker.to_callback(attacker.start(), member)
    assert victim.come_back(location).status_code == 400
    assert SITE_COOKIE not in victim.at_site.cookies
    assert attacker.come_back(location).status_code == 400  # spent, and its grant ended
    begun = victim.start()
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    code = parse_qs(urlsplit(attacker.to_callback(attacker.start())).query)["code"][0]
    injected = victim.at_site.get("/oauth2/auth/callback", params={"state": state, "code": code})
    assert injected.status_code == 400
    assert victim.ask().status_code == 401


def test_a_code_works_once(browser: SiteBrowser, member: Member) -> None:
    location = browser.to_callback(browser.start(), member)
    assert browser.come_back(location).status_code == 303
    assert browser.come_back(location).status_code == 400
    assert browser.ask().status_code == 401  # used twice: nobody keeps what it gave


def test_two_tabs_sign_in_side_by_side(browser: SiteBrowser, member: Member) -> None:
    first, second = browser.start("/one"), browser.start("/two")
    to_first = browser.to_callback(first, member)
    to_second = browser.to_callback(second)
    assert browser.come_back(to_second).headers["Location"] == "/two"
    assert browser.come_back(to_first).headers["Location"] == "/one"


def test_what_is_no_answer_of_ours_is_refused(browser: SiteBrowser) -> None:
    started = browser.start()
    state = parse_qs(urlsplit(started.headers["Location"]).query)["state"][0]
    for query in (
        {},
        {"state": "x", "code": "y"},
        {"state": state},
        {"state": state, "code": "unknown"},
        {"state": state[:-6], "code": "y"},
        {"state": state, "error": "server_error"},
        {"state": "é" * 50, "code": "\0"},
    ):
        response = browser.at_site.get("/oauth2/auth/callback", params=query)
        assert response.status_code in {400, 403}
        assert SITE_COOKIE not in browser.at_site.cookies
    long = browser.at_site.get("/oauth2/auth/callback", params={"state": "x" * 6000})
    assert long.status_code == 422


def test_whoever_took_too_long_begins_again_at_the_same_place(
    browser: SiteBrowser, member: Member, clock: MovableClock
) -> None:
    started = browser.start("/reports?a=1&b=2")
    clock.pass_seconds(31 * 60)
    again = browser.come_back(browser.to_callback(started, member))
    assert again.headers["Location"].startswith("/oauth2/auth/start?client_id=docs&rd=%2Freports")
    begun = browser.at_site.get(again.headers["Location"])
    assert browser.come_back(browser.to_callback(begun)).headers["Location"] == "/reports?a=1&b=2"


def test_who_may_not_use_the_site_is_not_let_in(world: SignOnWorld, member: Member) -> None:
    office = world.province.organisation("Sở Nội vụ")
    app = site(world, allowed_groups=[{"organisation_id": str(office.id)}])
    browser = SiteBrowser(world, app)
    address = browser.start().headers["Location"].removeprefix(world.services.sign_on.issuer)
    page = browser.at_provider.follow(browser.at_provider.get(address))
    refused = browser.at_provider.sign_in(member, page)
    assert refused.status_code == 403
    back = browser.at_provider.follow(browser.at_provider.post(str(refused.url)))
    response = browser.come_back(back.headers["Location"])
    assert response.status_code == 403
    assert "chưa được vào" in response.text
    insider = SiteBrowser(world, app)
    insider.enter(world.member(organisation=office))
    assert insider.ask().status_code == 200


def test_each_of_several_hosts_is_come_back_to(world: SignOnWorld) -> None:
    other = "https://other.example/oauth2/auth/callback"
    app = site(world, redirect_uris=["https://docs.example/oidc", CALLBACK, other])
    query = f"/oauth2/auth/start?client_id={app.client_id}&rd=/"
    for host, expected in (("other.example", other), ("unknown.example", CALLBACK)):
        response = world.client.get(query, headers={"Host": host})
        found = parse_qs(urlsplit(response.headers["Location"]).query)["redirect_uri"]
        assert found == [expected]


def test_headers_hold_no_line_of_anybody_s_making(world: SignOnWorld) -> None:
    browser = SiteBrowser(world, site(world, username_template="{name}, {unit}"))
    browser.enter(world.member("Trần Văn Ánh"))
    user = browser.ask().headers["X-Auth-Request-User"]
    assert user.isascii()
    assert " " not in user
    assert unquote(user).startswith("tranvananh, so")


def test_all_that_ask_at_once_get_their_own_answer(
    world: SignOnWorld, browser: SiteBrowser, member: Member
) -> None:
    browser.enter(member)
    other = SiteBrowser(world, browser.app)
    stranger = SiteBrowser(world, browser.app)
    other.enter(world.member("Trần Văn Bình"))
    end_sessions(world, member)
    for _ in range(5):
        assert browser.ask().status_code == 401
        assert stranger.ask().status_code == 401
        assert other.ask().headers["X-Auth-Request-Name"].startswith("Tr%E1%BA%A7n")


def test_the_cookies_of_the_provider_open_no_site(
    world: SignOnWorld, browser: SiteBrowser, member: Member
) -> None:
    at_provider = Browser(world.client)
    at_provider.sign_in(member)
    browser.at_site.cookies = dict(at_provider.cookies)
    assert browser.ask().status_code == 401
