"""RFC 9700 sections 2.1 and 4: authorization codes in the wrong hands."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.clock import MovableClock
from tests.support.sign_on import Application, Challenge, Member, SignOnWorld, answered

NATIVE: dict[str, Any] = {
    "application_type": "native",
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "redirect_uris": ["http://127.0.0.1/callback", "vn.gov.backan.app:/callback"],
}


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def exchange(world: SignOnWorld, site: Application, code: str, **form: Any) -> httpx.Response:
    given = {"code": code, "redirect_uri": site.redirect_uri, **form}
    present = {name: value for name, value in given.items() if value is not None}
    return world.token(site, **{"grant_type": "authorization_code", **present})


def test_every_answer_says_who_gives_it(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    """Mix-up (RFC 9207): a client of two providers must see from which one an answer comes."""
    issuer, browser = world.services.sign_on.issuer, world.browser()
    errors = [
        world.authorize(browser, site, **changed)
        for changed in (
            {"response_type": "token"},
            {"code_challenge": None},
            {"scope": "unknown"},
            {"prompt": "none"},
            {"claims": "{"},
            {"resource": "https://unknown.example"},
        )
    ]
    good = browser.sign_in(member, world.authorize(browser, site))
    assert "code" in answered(good)
    for response in (*errors, good):
        assert answered(response)["iss"] == issuer
        assert answered(response)["state"] == "state-1"
    document = world.client.get("/.well-known/openid-configuration").json()
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["issuer"] == issuer


def test_a_code_is_worth_nothing_to_another_client_and_is_not_spent_by_it(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    other, challenge = world.application("other"), Challenge()
    code = world.code(world.browser(), site, member, challenge=challenge)
    stolen = exchange(world, other, code, code_verifier=challenge.verifier)
    assert stolen.json()["error"] == "invalid_grant"
    assert exchange(world, site, code, code_verifier=challenge.verifier).status_code == 200


def test_a_stolen_code_in_the_thief_s_own_session_does_not_fit_its_verifier(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    """Code injection: the thief has a code of the victim and a session of their own."""
    victim, thief = Challenge(), Challenge()
    code = world.code(world.browser(), site, member, challenge=victim)
    world.authorize(world.browser(), site, challenge=thief)
    injected = exchange(world, site, code, code_verifier=thief.verifier)
    assert injected.json()["error"] == "invalid_grant"
    assert exchange(world, site, code, code_verifier=victim.verifier).status_code == 400


@pytest.mark.parametrize(
    "form",
    [
        {"code_verifier": None},
        {"code_verifier": ""},
        {"code_verifier": "challenge"},
        {"code_verifier": "challenge", "code_challenge_method": "plain"},
        {"code_verifier": "short"},
        {"code_verifier": "x" * 129},
        {"code_verifier": "é" * 43},
    ],
)
def test_the_exchange_cannot_do_without_the_verifier(
    world: SignOnWorld, site: Application, member: Member, form: dict[str, Any]
) -> None:
    """PKCE downgrade at the second step; each try spends the code."""
    challenge = Challenge()
    code = world.code(world.browser(), site, member, challenge=challenge)
    if form["code_verifier"] == "challenge":
        form = form | {"code_verifier": challenge.challenge}
    assert exchange(world, site, code, **form).status_code == 400
    assert exchange(world, site, code, code_verifier=challenge.verifier).status_code == 400


def test_a_code_stays_bound_to_its_redirect_address(world: SignOnWorld, member: Member) -> None:
    site = world.application(redirect_uris=["https://app.example/a", "https://app.example/b"])
    for wrong in ("https://app.example/b", "https://evil.example/a", "", None):
        challenge = Challenge()
        code = world.code(world.browser(), site, member, challenge=challenge)
        form = {"code_verifier": challenge.verifier, "redirect_uri": wrong}
        assert exchange(world, site, code, **form).status_code == 400, wrong


def test_a_code_ends_after_a_minute(
    world: SignOnWorld, site: Application, member: Member, clock: MovableClock
) -> None:
    challenge = Challenge()
    code = world.code(world.browser(), site, member, challenge=challenge)
    clock.pass_seconds(world.services.sign_on.settings.authorization_code_seconds)
    late = exchange(world, site, code, code_verifier=challenge.verifier)
    assert late.json()["error"] == "invalid_grant"


def test_a_code_is_nothing_but_a_code(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    code = world.code(world.browser(), site, member)
    assert world.introspect(site, code) == {"active": False}
    refresh = world.token(site, grant_type="refresh_token", refresh_token=code)
    assert refresh.json()["error"] == "invalid_grant"
    bearer = world.client.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {code}"})
    assert bearer.status_code == 401


def test_a_code_of_somebody_who_is_suspended_meanwhile_is_worthless(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    challenge, browser = Challenge(), world.browser()
    code = world.code(browser, site, member, challenge=challenge)
    browser.post("/dang-xuat")
    after = exchange(world, site, code, code_verifier=challenge.verifier)
    assert after.json()["error"] == "invalid_grant"


def test_a_native_program_is_answered_at_the_port_it_chose_and_nowhere_else(
    world: SignOnWorld, member: Member
) -> None:
    app, browser = world.application("native", **NATIVE), world.browser()
    browser.sign_in(member)
    for target, good in (
        ("http://127.0.0.1:51004/callback", True),
        ("vn.gov.backan.app:/callback", True),
        ("http://127.0.0.1:51004/other", False),
        ("http://127.0.0.1.evil.example:51004/callback", False),
        ("http://localhost:51004/callback", False),
        ("vn.gov.backan.app:/other", False),
        ("vn.gov.backan.app://callback", False),
        ("VN.gov.backan.app:/callback", False),
        ("vn.gov.evil.app:/callback", False),
    ):
        page = world.authorize(browser, app, redirect_uri=target)
        if not good:
            assert page.status_code == 400, target
            continue
        response = browser.follow(browser.post(str(page.url), {"decision": "allow"}))
        location = response.headers["Location"]
        assert location.startswith(f"{target}?code="), location


def test_a_free_port_is_for_native_programs_only(world: SignOnWorld) -> None:
    app = world.application("web", redirect_uris=["http://127.0.0.1/callback"])
    response = world.authorize(world.browser(), app, redirect_uri="http://127.0.0.1:51004/callback")
    assert response.status_code == 400


def test_a_native_program_is_never_let_in_unseen(world: SignOnWorld, member: Member) -> None:
    """RFC 8252 section 8.6: whatever runs on the same computer can take its place."""
    app, browser = world.application("native", **NATIVE), world.browser()
    asked: dict[str, Any] = {"redirect_uri": "http://127.0.0.1:51004/callback"}
    for _ in range(2):
        page = world.authorize(browser, app, **asked)
        if page.url.path == "/dang-nhap":
            page = browser.sign_in(member, page)
        assert page.url.path == "/dong-y"
        response = browser.follow(browser.post(str(page.url), {"decision": "allow"}))
        assert "code" in answered(response)
    silent = answered(world.authorize(browser, app, prompt="none", **asked))
    assert silent["error"] == "consent_required"


STRANGE = [
    "https://evil.example/",
    "//evil.example",
    "https://app.example/callback#",
    "https://app.example/callback#@evil.example",
    "https://app.example/callback%0d%0aLocation:%20https://evil.example",
    "https://app.example/callback\r\nLocation: https://evil.example",
    "https://app.example/callback\0",
    "https://app.example/callback ",
    " https://app.example/callback",
    "https://app.example/%63allback",
    "https://app.example/callback;x",
    "https://app.example\\@evil.example/callback",
    "https://evil.example/https://app.example/callback",
    "data:text/html,<script>",
    "urn:ietf:wg:oauth:2.0:oob",
    "https://app.example/callback,https://evil.example",
]
LINK = re.compile(r"""(href|action|src|content|url)\s*=\s*["'](https?:)?//""")


@pytest.mark.parametrize("fault", [{}, {"response_type": "evil"}, {"prompt": "none"}])
def test_no_error_is_ever_sent_to_a_strange_address(
    world: SignOnWorld, site: Application, fault: dict[str, Any]
) -> None:
    """Covert redirect: a page of ours says so instead, and leads nowhere else."""
    for target in STRANGE:
        query = world.authorization(site, redirect_uri=target, **fault)
        response = world.client.get("/oauth2/authorize", params=query)
        assert response.status_code == 400, target
        assert "Location" not in response.headers
        assert "Refresh" not in response.headers
        assert "evil" not in response.headers["Content-Security-Policy"]
        assert LINK.search(response.text) is None


def test_of_two_redirect_addresses_none_counts(world: SignOnWorld, site: Application) -> None:
    pairs = [*world.authorization(site).items(), ("redirect_uri", "https://evil.example/")]
    for ordered in (pairs, list(reversed(pairs))):
        assert world.client.get("/oauth2/authorize", params=ordered).status_code == 400
    in_both = world.client.post(
        "/oauth2/authorize",
        params={"redirect_uri": "https://evil.example/", "client_id": "other"},
        data=world.authorization(site),
        follow_redirects=True,
    )
    assert in_both.status_code == 200  # the form alone counts
    assert LINK.search(in_both.text) is None


def test_state_and_code_come_back_encoded(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    state = "a&code=evil#x\u00e9 \"'<>%0d%0a+"
    browser = world.browser()
    response = browser.sign_in(member, world.authorize(browser, site, state=state))
    location = response.headers["Location"]
    query = parse_qs(urlsplit(location).query)
    assert query["state"] == [state]
    assert len(query["code"]) == 1
    assert urlsplit(location).fragment == ""
