"""Whatever strangers send is answered or refused; nothing of it is a failure of ours.

The same few hundred requests in every run, made of values that have broken other servers.
"""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sso.protocol.back_channel import Route
from tests.sso.hostile.test_pages import FORMS, SHOWN
from tests.support.sign_on import Application, Browser, SignOnWorld
from tests.support.signatures import Signer
from tests.support.token_issuer import encode

DEEP = "[" * 1500 + "]" * 1500
VALUES = [
    *("", " ", "a", "0", "-1", "1e400", "NaN", "true", "null", "[]", "{}", '{"a":NaN}', "%", "%00"),
    *(
        "\0",
        "\r\n",
        "é",
        "\U0001f600",
        "\u202e",
        "ı",
        "\ufffe",
        "'",
        '"',
        "\\",
        "../..",
        "//",
        "[::",
    ),
    *("x" * 300, "9" * 400, DEEP, f'{{"userinfo":{DEEP}}}', '{"userinfo":{"a":"\\u0000"}}'),
    *('{"id_token":{"acr":{"essential":true,"values":5}}}', '{"id_token":{"acr":[]}}'),
    *("http://[", "https://evil.example", "urn:ietf:params:oauth:request_uri:x", "javascript:x"),
    *(
        "a.b.c",
        "e30.e30.",
        "..",
        f"{encode(DEEP.encode())}.e30.AAAA",
        f"e30.{encode(DEEP.encode())}.A",
    ),
    *(
        "openid",
        "openid offline_access",
        "none",
        "login",
        "S256",
        "code",
        "app",
        "client_credentials",
    ),
    *("authorization_code", "refresh_token", "https://app.example/callback", "cvr_" + "A" * 70),
    *("ST-" + "0" * 64, "00000000-0000-0000-0000-000000000000", "2026-11-23", "ABCD-EFGH"),
    *(
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:token-type:access_token",
    ),
    *("urn:ietf:params:oauth:grant-type:token-exchange", "plain", "query", "A" * 43),
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
]
NAMES = [
    *(
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "code",
    ),
    *(
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "scope",
        "token",
        "token_type_hint",
        "state",
    ),
    *("resource", "audience", "subject_token", "subject_token_type", "actor_token", "device_code"),
    *(
        "response_type",
        "response_mode",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "prompt",
    ),
    *("max_age", "claims", "acr_values", "login_hint", "id_token_hint", "ui_locales", "request"),
    *("request_uri", "dpop_jkt", "access_token", "service", "ticket", "renew", "gateway", "pgtUrl"),
    *(
        "pgt",
        "targetService",
        "format",
        "to",
        "lang",
        "user_code",
        "decision",
        "account",
        "identifier",
    ),
    *(
        "password",
        "again",
        "current",
        "session",
        "client",
        "post_logout_redirect_uri",
        "done",
        "rd",
    ),
]
Fields = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=6)
Kinds = st.sampled_from(["known", "stranger"])
HEADERS = [
    "Authorization",
    "DPoP",
    "Accept",
    "Origin",
    "Cookie",
    "If-None-Match",
    "X-Forwarded-For",
]
Headers = st.dictionaries(
    st.sampled_from(HEADERS),
    st.sampled_from(
        [
            *("", "x", "Basic", "Basic OjE=", "Basic /////w==", "Bearer", "Bearer x", "DPoP a.b.c"),
            *(f"Bearer {encode(DEEP.encode())}.e30.AAAA", "Bearer \xe9.\xe9.\xe9", "*/*", "null"),
            *(f"{encode(DEEP.encode())}.e30.AAAA", "__Host-congvu=\xff", "=;=;,", "\xa0", '"x", *'),
            "Basic " + base64.b64encode(b"app:" + b"\xff" * 10).decode(),
            "Basic " + base64.b64encode(b"%zz%00:%ff").decode(),
        ]
    ),
    max_size=2,
)


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


@pytest.fixture
def signed_in(world: SignOnWorld) -> Browser:
    browser = world.browser()
    browser.sign_in(world.member())
    return browser


def raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def paths_of(world: SignOnWorld) -> list[str]:
    routes: Any = world.services.sign_on.back_channel_routes
    assert all(isinstance(route, Route) for route in routes.values())
    return sorted(routes)


def test_no_request_of_a_program_is_a_failure(world: SignOnWorld, site: Application) -> None:
    paths = paths_of(world)

    @settings(max_examples=250)
    @given(st.sampled_from(paths), st.sampled_from(["GET", "POST", "POST"]), Fields, Headers,
           Kinds)  # fmt: skip
    def ask(
        path: str, method: str, fields: dict[str, str], headers: dict[str, str], caller: str
    ) -> None:
        world.services.sign_on.client_throttling._known.clear()
        lines = raw(headers)
        if caller == "known":
            credentials = base64.b64encode(f"{site.client_id}:{site.secret}".encode())
            lines = [(b"Authorization", b"Basic " + credentials)]
            fields = {name: text for name, text in fields.items() if not name.startswith("client")}
        query, form = (fields, None) if method == "GET" else (None, fields)
        answer = world.client.request(method, path, headers=lines, params=query, data=form)
        assert answer.status_code < 500, (answer.status_code, answer.text)

    ask()


def test_no_request_of_a_browser_is_a_failure(
    world: SignOnWorld, site: Application, signed_in: Browser
) -> None:
    good = world.authorization(site)
    routes = [("GET", path) for path in SHOWN] + [("POST", path) for path in FORMS]
    routes += [("GET", "/oauth2/authorize")] * 12 + [("POST", "/oauth2/authorize")] * 4

    @settings(max_examples=350)
    @given(st.sampled_from(routes), Fields, Fields, Headers, Kinds)
    def open_page(
        route: tuple[str, str],
        query: dict[str, str],
        typed: dict[str, str],
        headers: dict[str, str],
        visitor: str,
    ) -> None:
        method, path = route
        if path == "/oauth2/authorize":
            query = good | query
        lines = [*raw(headers), (b"Sec-Fetch-Site", b"same-origin")]
        if visitor == "known":
            cookie = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
            lines = [(b"Cookie", cookie.encode()), (b"Sec-Fetch-Site", b"same-origin")]
        form = None if method == "GET" else typed
        answer = world.client.request(method, path, params=query, headers=lines, data=form)
        assert answer.status_code < 500, (answer.status_code, answer.text)

    open_page()


Numbers: st.SearchStrategy[Any] = st.sampled_from(
    [
        0,
        -1,
        1.5,
        10**400,
        -(10**400),
        float("nan"),
        float("inf"),
        float("-inf"),
        True,
        None,
        "1",
        [],
        {},
    ]
)
Texts: st.SearchStrategy[Any] = st.sampled_from(
    ["", "x", "\0", "\ud800", "x" * 300, 5, None, [], {}, ["x"], True]
)


def test_no_signed_claim_is_a_failure(world: SignOnWorld) -> None:
    """Proofs and assertions are signed by whoever wants to: a signature makes nothing harmless."""
    signer = Signer(issuer=world.services.sign_on.issuer)
    world.application(
        "machine",
        token_endpoint_auth_method="private_key_jwt",
        jwks=signer.jwks,
        grant_types=["client_credentials"],
        redirect_uris=[],
    )
    moment = int(world.services.clock().timestamp())
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }

    @settings(max_examples=120)
    @given(
        st.dictionaries(st.sampled_from(["exp", "iat", "nbf"]), Numbers, max_size=2),
        st.dictionaries(st.sampled_from(["jti", "aud", "iss", "sub", "htm", "htu", "ath"]), Texts),
        st.sampled_from(["proof", "assertion"]),
    )
    def ask(numbers: dict[str, Any], texts: dict[str, Any], kind: str) -> None:
        world.services.sign_on.client_throttling._known.clear()
        changed = numbers | texts
        if kind == "proof":
            headers = signer.proof("/oauth2/token", **changed)
            answer = world.client.post("/oauth2/token", data=form, headers=headers)
        else:
            claims = {"iss": "machine", "sub": "machine", "aud": signer.issuer, "jti": "x"}
            times = {"exp": moment + 60, "iat": moment}
            assertion = signer.sign(claims | times | changed)
            data = {**form, "client_assertion": assertion}
            answer = world.client.post("/oauth2/token", data=data)
        assert answer.status_code in {200, 400, 401}, answer.text

    ask()
