"""Pages of ours as other sites see them: to be posted to, framed, kept, and led away from."""

import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.routing import APIRoute

from entrypoints.web import PAGES
from tests.support.sign_on import Application, Browser, Member, SignOnWorld, answered

FROM_OTHERS = {"/oauth2/authorize", "/oauth2/logout", "/oauth2/register"}
"""Forms that other sites and programs send by design: the first two change nothing."""
ROUTES = [
    (method, route.path)
    for router in PAGES
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
]
FORMS = sorted(path for method, path in ROUTES if method == "POST" and path not in FROM_OTHERS)
SHOWN = sorted(path for method, path in ROUTES if method == "GET" and "{" not in path)
SITES_OF_OTHERS = {"/oauth2/auth/start", "/oauth2/auth/callback"}
"""Served on the hosts of the sites that they protect."""
MARK = "\"'><script>alert(1)</script>"
PARAMETERS = [
    *("request", "to", "lang", "ui_locales", "login_hint", "user_code", "done", "code", "state"),
    *("service", "ticket", "client_id", "redirect_uri", "token", "error"),
]


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


@pytest.fixture
def signed_in(world: SignOnWorld, member: Member) -> Browser:
    browser = world.browser()
    browser.sign_in(member)
    return browser


def is_live(browser: Browser) -> bool:
    return browser.get("/tai-khoan").status_code == 200


def test_no_form_is_taken_from_another_site(world: SignOnWorld, signed_in: Browser) -> None:
    """Every route that is posted to, whatever is added later, or it stands in the list above."""
    host = urlsplit(str(world.client.base_url)).netloc
    strangers: list[dict[str, str]] = [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{host}"},
        {"Sec-Fetch-Site": "Same-Origin"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://{host}.evil.example"},
        {"Origin": f"http://evil.example/{host}"},
        {"Origin": f"http://{host}@evil.example"},
    ]
    assert len(FORMS) > 10
    for path in FORMS:
        for headers in strangers:
            cookie = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
            answer = world.client.post(path, data={}, headers={**headers, "Cookie": cookie})
            assert answer.status_code == 403, (path, headers)
            assert answer.json()["code"] == "cross-origin-request"
    assert is_live(signed_in)


def test_nobody_is_signed_in_to_the_account_of_somebody_else(
    world: SignOnWorld, member: Member
) -> None:
    """Login CSRF: what the victim does then would be done in the attacker's name."""
    typed = {"identifier": member.login, "password": member.password}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = world.client.post("/dang-nhap", data=typed, headers=headers)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers


def test_a_link_changes_nothing(world: SignOnWorld, member: Member) -> None:
    """GET is safe everywhere, but for what the CAS protocol wants its log-out to do."""
    browser = world.browser()
    browser.sign_in(member)
    for path in SHOWN:
        if path != "/cas/logout":
            browser.get(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert is_live(browser)


def assert_kept_to_itself(response: httpx.Response, path: str) -> None:
    headers = response.headers
    assert headers["Cache-Control"] == "no-store", path
    if response.is_redirect or not headers["Content-Type"].startswith("text/html"):
        return
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy, path
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_cannot_be_framed_or_kept(
    world: SignOnWorld, site: Application, signed_in: Browser
) -> None:
    """Clickjacking (RFC 9700 section 4.16), and the next person at the same computer."""
    for browser in (world.browser(), signed_in):
        for path in sorted({*SHOWN} - {"/", "/cas/logout"}):
            response = browser.get(path)
            assert response.status_code < 500, path
            if response.status_code != 422:  # a problem: neither a page nor about anybody
                assert_kept_to_itself(response, path)
    asking = world.application("asking", require_consent=True)
    consent = world.authorize(signed_in, asking)
    assert consent.url.path == "/dong-y"
    assert_kept_to_itself(consent, "consent")
    sign_in = world.authorize(world.browser(), site)
    assert_kept_to_itself(sign_in, "sign-in with a request")
    wrong = world.browser().post("/dang-nhap", {"identifier": "x", "password": "y"})
    assert_kept_to_itself(wrong, "refused")


def test_no_form_is_read_without_end(world: SignOnWorld) -> None:
    """Strangers must not be able to fill the memory."""
    large = b"identifier=x&password=" + b"x" * 300_000
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    for path in {*FORMS, "/oauth2/authorize", "/oauth2/logout", "/oauth2/register"}:
        whole = world.client.post(path, content=large, headers=kind)
        assert whole.status_code == 413, path
    for path in ("/dang-nhap", "/kich-hoat", "/thiet-bi", "/oauth2/authorize", "/oauth2/register"):
        chunked = world.client.post(path, content=iter([large[:200_000]] * 2), headers=kind)
        assert chunked.status_code == 413, path
    part = {"file": ("x.txt", b"x" * 300_000)}
    assert world.client.post("/oauth2/authorize", files=part).status_code == 413
    assert world.client.post("/api/v1/activations", content=large).status_code == 413


def test_what_programs_are_told_is_not_kept(world: SignOnWorld, site: Application) -> None:
    token = world.token(site, grant_type="client_credentials")
    answers = [
        token,
        world.token(site, grant_type="unknown"),
        world.client.post("/oauth2/introspect", data={"token": "x"}, auth=site.auth),
        world.client.post("/oauth2/revoke", data={"token": "x"}, auth=site.auth),
        world.client.get("/oauth2/userinfo"),
        world.client.get("/cas/p3/serviceValidate", params={"service": "x", "ticket": "y"}),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store", answer.url
    assert token.headers["Pragma"] == "no-cache"  # RFC 6749 section 5.1


EVIL = [
    "https://evil.example/",
    "https://evil.example/tai-khoan",
    "https:evil.example",
    "//evil.example",
    "///evil",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2f%2fevil.example",
    "javascript:alert(1)",
    "/tai-khoan@evil.example",
    "/tai-khoan/../..",
    "/tai-khoan\r\nLocation: https://evil.example",
    "/thiet-bi?user_code=A&x=//evil",
    "/oauth2/logout",
    "/cas/logout",
]


def test_signing_in_leads_to_pages_of_ours_only(world: SignOnWorld, member: Member) -> None:
    for to in EVIL:
        browser = world.browser()
        typed = {"identifier": member.login, "password": member.password}
        response = browser.post("/dang-nhap", typed, params={"to": to})
        assert response.headers["Location"] == "/tai-khoan", to
        again = browser.get("/dang-nhap", params={"to": to})
        assert again.headers["Location"] == "/tai-khoan", to


def test_an_invented_request_leads_nowhere(signed_in: Browser) -> None:
    for reference in ("x" * 43, "https://evil.example", "../../evil", "\0"):
        response = signed_in.follow(signed_in.get("/oauth2/resume", params={"request": reference}))
        assert response.status_code in {400, 422}, reference
        assert "Location" not in response.headers


def test_a_question_of_one_protocol_is_none_of_the_other(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    world.application("portal", cas_services=["https://motcua.backan.gov.vn/"])
    browser = world.browser()
    openid = world.authorize(browser, site).url.params["request"]
    started = browser.get("/cas/login", params={"service": "https://motcua.backan.gov.vn/"})
    cas = browser.follow(started).url.params["request"]
    browser.sign_in(member)
    entered = browser.get("/cas/login", params={"request": openid})
    assert entered.headers["Location"] == "/dang-nhap"
    for path in ("/chon-tai-khoan", "/dong-y", "/khong-co-quyen"):
        page = browser.get(path, params={"request": cas})
        assert page.status_code == 400
        posted = browser.post(path, {"decision": "allow", "account": str(member.id)},
                              params={"request": cas})  # fmt: skip
        assert "code=" not in posted.headers.get("Location", "")
        assert "ticket=" not in posted.headers.get("Location", "")


def test_hosts_that_the_browser_names_count_for_nothing(
    world: SignOnWorld, site: Application, signed_in: Browser
) -> None:
    """Host header injection: a poisoned cache, a mail with a link to somewhere else."""
    hosts = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Server": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "//evil.example",
        "X-Rewrite-URL": "//evil.example",
    }
    paths = [*SHOWN, *(f"{path}/" for path in SHOWN), "/oauth2/token/", "/static/theme/", "//x"]
    for path in paths:
        if path.rstrip("/") in {*SITES_OF_OTHERS, "/cas/logout", "/oauth2/logout"}:
            continue
        response = signed_in.get(path, headers=hosts)
        assert "evil" not in response.headers.get("Location", ""), path
        assert "evil" not in response.text, path
    query = world.authorization(site)
    entered = signed_in.get("/oauth2/authorize", params=query, headers=hosts)
    assert answered(entered)["iss"] == world.services.sign_on.issuer


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/",
        "//evil.example/dang-nhap",
        "//evil.example/%2e%2e",
        "//evil.example/dang-nhap/",
        "/%2f%2fevil.example/",
        "/\\evil.example/",
        "/dang-nhap//evil.example/",
        "/oauth2/authorize//evil.example",
        "/static/theme//evil.example",
        "/..//evil.example/",
    ],
)
def test_no_path_leads_away(world: SignOnWorld, path: str) -> None:
    address = httpx.URL(str(world.client.base_url)).copy_with(raw_path=path.encode())
    response = httpx.get(address)
    location = response.headers.get("Location", "")
    assert response.status_code in {400, 404, 405} or urlsplit(location).netloc == "", location
    assert "evil" not in location


def test_what_an_address_says_is_never_run(
    world: SignOnWorld, site: Application, signed_in: Browser
) -> None:
    """Cross-site scripting: every page with every parameter that any page knows."""
    everything = dict.fromkeys(PARAMETERS, MARK)
    for browser in (world.browser(), signed_in):
        for path in SHOWN:
            response = browser.get(path, params=everything)
            assert "<script>alert" not in response.text, path
            assert response.status_code < 500, path
    for name in ("state", "login_hint", "ui_locales", "nonce"):
        query = world.authorization(site) | {name: MARK}
        browser = world.browser()
        page = browser.follow(browser.get("/oauth2/authorize", params=query))
        assert "<script>alert" not in page.text
    typed: dict[str, Any] = {"identifier": MARK, "password": MARK, "code": MARK, "user_code": MARK}
    for path in FORMS:
        response = world.browser().post(path, typed)
        assert "<script>alert" not in response.text, path
        assert response.status_code < 500, path


def cookies_of(response: httpx.Response) -> list[tuple[str, Any]]:
    lines = response.headers.get_list("set-cookie")
    return [pair for line in lines for pair in SimpleCookie(line).items()]


def test_cookies_stay_with_this_host_and_away_from_scripts(
    world: SignOnWorld, member: Member
) -> None:
    browser = world.browser()
    typed = {"identifier": member.login, "password": member.password}
    signed_in = browser.post("/dang-nhap", typed)
    language = browser.get("/dang-nhap", params={"lang": "en"})
    left = browser.post("/dang-xuat")
    found = [pair for response in (signed_in, language, left) for pair in cookies_of(response)]
    assert {"__Host-congvu", "__Host-congvu-device"} <= {name for name, _ in found}
    for name, cookie in found:
        assert name.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"].lower() in {"lax", "strict"}
        assert cookie["path"] == "/"
        assert not cookie["domain"]


def test_a_session_that_somebody_planted_is_not_taken_over(
    world: SignOnWorld, member: Member
) -> None:
    """Session fixation: neither an invented secret nor one of the attacker's own sessions."""
    attacker = world.browser()
    attacker.sign_in(world.member("Trần Văn Bình"))
    planted = attacker.cookies["__Host-congvu"]
    for value in ("invented", "x" * 43, planted):
        victim = world.browser()
        victim.cookies["__Host-congvu"] = value
        victim.sign_in(member)
        assert victim.cookies["__Host-congvu"] != value
        thief = world.browser()
        thief.cookies["__Host-congvu"] = value
        assert not is_live(thief)
    assert not is_live(attacker)  # replaced in the browser that it was planted in


def test_a_session_ends_for_every_copy_of_its_cookie(world: SignOnWorld, member: Member) -> None:
    browser, thief = world.browser(), world.browser()
    browser.sign_in(member)
    thief.cookies = dict(browser.cookies)
    assert is_live(thief)
    browser.post("/dang-xuat")
    assert not is_live(thief)


def test_a_tossed_cookie_does_not_change_who_is_signed_in(
    world: SignOnWorld, signed_in: Browser
) -> None:
    attacker = world.browser()
    attacker.sign_in(world.member("Trần Văn Bình"))
    own, evil = signed_in.cookies["__Host-congvu"], attacker.cookies["__Host-congvu"]
    names = (b"\xa0__Host-congvu", b"__host-congvu", b"=__Host-congvu", b"\x85__Host-congvu")
    for name in names:
        tossed = name + b"=" + evil.encode()
        for parts in ([tossed, b"__Host-congvu=" + own.encode()], [tossed]):
            for ordered in (parts, parts[::-1]):
                page = world.client.get("/tai-khoan", headers=[(b"Cookie", b"; ".join(ordered))])
                assert "Trần Văn Bình" not in page.text, name


def test_the_consent_of_one_session_does_not_count_in_another(
    world: SignOnWorld, member: Member
) -> None:
    """Whoever knows the address of somebody's question cannot answer it for them."""
    site, victim, attacker = (
        world.application("asking", require_consent=True),
        world.browser(),
        world.browser(),
    )
    attacker.sign_in(world.member("Trần Văn Bình"))
    page = victim.sign_in(member, world.authorize(victim, site))
    assert page.url.path == "/dong-y"
    answered_elsewhere = attacker.follow(attacker.post(str(page.url), {"decision": "allow"}))
    code = answered(answered_elsewhere)["code"]
    assert code  # the attacker's own
    after = victim.follow(victim.get(str(page.url)))
    assert not after.is_redirect or "code" not in answered(after)


def test_scripts_of_pages_are_files_of_ours(signed_in: Browser) -> None:
    for path in SHOWN:
        page = signed_in.get(path)
        for tag in re.findall(r"<script[^>]*>", page.text):
            assert 'src="/static/' in tag, path
        assert not re.search(r"\son[a-z]+\s*=", page.text), path
        assert "javascript:" not in page.text
