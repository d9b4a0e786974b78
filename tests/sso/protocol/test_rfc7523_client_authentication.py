"""RFC 6749 section 2.3 and RFC 7523: who a client is, and who it is not."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from sso.clients.service import set_enabled
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Application, SignOnWorld

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MACHINE: dict[str, Any] = {"grant_types": ["client_credentials"], "redirect_uris": []}


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application(**MACHINE)


def ask(world: SignOnWorld, headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", **form}
    return world.client.post("/oauth2/token", data=form, headers=headers)


def is_refused(response: httpx.Response) -> bool:
    return response.status_code == 401 and response.json()["error"] == "invalid_client"


def test_a_secret_comes_in_the_header_or_in_the_form(world: SignOnWorld, site: Application) -> None:
    assert world.token(site, grant_type="client_credentials").status_code == 200
    assert site.secret is not None
    posted = ask(world, client_id=site.client_id, client_secret=site.secret)
    assert posted.status_code == 200


def test_two_methods_at_once_are_refused(world: SignOnWorld, site: Application) -> None:
    response = world.token(
        site, grant_type="client_credentials", client_secret=site.secret, client_id=site.client_id
    )
    assert response.json()["error"] == "invalid_request"


def test_wrong_secrets_and_unknown_clients_get_the_same_answer(
    world: SignOnWorld, site: Application
) -> None:
    assert site.secret is not None
    wrong = world.client.post(
        "/oauth2/token", data={"grant_type": "client_credentials"}, auth=(site.client_id, "x")
    )
    unknown = world.client.post(
        "/oauth2/token", data={"grant_type": "client_credentials"}, auth=("nobody", site.secret)
    )
    assert is_refused(wrong)
    assert wrong.json() == unknown.json()
    assert "Basic" in wrong.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"nocolon").decode(),
        "Bearer x",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Digest a:b",
    ],
)
def test_headers_that_make_no_sense_are_refused(world: SignOnWorld, header: str) -> None:
    assert is_refused(ask(world, {"Authorization": header}))


def test_a_client_with_a_secret_does_not_get_by_without(
    world: SignOnWorld, site: Application
) -> None:
    assert is_refused(ask(world, client_id=site.client_id))


def test_a_disabled_client_is_unknown(world: SignOnWorld, site: Application) -> None:
    with world.services.database.transaction() as session:
        set_enabled(session, world.officer, site.client_id, enabled=False, now=NOW, basis=BASIS)
    world.services.sign_on.clients.reload()
    assert is_refused(world.token(site, grant_type="client_credentials"))


Assert = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


@pytest.fixture
def assertion(world: SignOnWorld, key: ECKey) -> Assert:
    """Asks for a token with an assertion; `changed` claims, another key, another algorithm."""
    world.application(
        "signer",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
        **MACHINE,
    )
    moment = int(NOW.timestamp())

    def send(
        signing: Any = key,
        algorithm: str = "ES256",
        header: dict[str, Any] | None = None,
        **changed: Any,
    ) -> httpx.Response:
        claims = {
            "iss": "signer",
            "sub": "signer",
            "aud": world.services.sign_on.issuer,
            "exp": moment + 60,
            "iat": moment,
            "jti": f"{time.monotonic_ns()}",
        } | changed
        claims = {name: value for name, value in claims.items() if value is not None}
        text = jwt.encode(
            {"alg": algorithm, **(header or {})}, claims, signing, algorithms=[algorithm]
        )
        return ask(world, client_assertion=text, client_assertion_type=ASSERTION)

    return send


def test_an_assertion_proves_the_client(assertion: Assert) -> None:
    assert assertion().status_code == 200


def test_an_assertion_works_once(assertion: Assert) -> None:
    assert assertion(jti="same").status_code == 200
    assert is_refused(assertion(jti="same"))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"aud": "https://other.example"},
        {"aud": None},
        {"exp": int(NOW.timestamp()) - 60},
        {"exp": int(NOW.timestamp()) + 86400},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": int(NOW.timestamp()) + 3600},
        {"nbf": int(NOW.timestamp()) + 3600},
        {"jti": None},
        {"jti": 5},
        {"jti": "x" * 300},
    ],
)
def test_an_assertion_with_wrong_claims_is_refused(
    assertion: Assert, changed: dict[str, Any]
) -> None:
    assert is_refused(assertion(**changed))


def test_keys_of_others_are_refused(assertion: Assert) -> None:
    assert is_refused(assertion(RSAKey.generate_key(2048), "RS256"))
    assert is_refused(assertion(ECKey.generate_key("P-256")))


def part(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


@pytest.mark.usefixtures("assertion")
def test_a_public_key_is_no_shared_secret(world: SignOnWorld, key: ECKey) -> None:
    moment = int(NOW.timestamp())
    claims = {"iss": "signer", "sub": "signer", "aud": world.services.sign_on.issuer}
    body = json.dumps({**claims, "exp": moment + 60, "iat": moment, "jti": "x"}).encode()
    for header in ({"alg": "HS256"}, {"alg": "HS256", "kid": key.kid}):
        signed = f"{part(json.dumps(header).encode())}.{part(body)}"
        for secret in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
            signature = part(hmac.digest(secret, signed.encode(), "sha256"))
            answer = ask(
                world,
                client_assertion=f"{signed}.{signature}",
                client_assertion_type=ASSERTION,
            )
            assert is_refused(answer)


@pytest.mark.usefixtures("assertion")
def test_an_unsigned_assertion_is_refused(world: SignOnWorld) -> None:
    body = part(b'{"iss":"signer","sub":"signer","exp":9999999999,"jti":"x"}')
    for header in (b'{"alg":"none"}', b'{"alg":"None"}', b"{}", b"[]"):
        for text in (f"{part(header)}.{body}.", f"{part(header)}.{body}.AAAA"):
            answer = ask(world, client_assertion=text, client_assertion_type=ASSERTION)
            assert is_refused(answer)


def test_key_ids_are_names_and_nothing_else(assertion: Assert) -> None:
    for kid in ("../../etc/passwd", "' OR 1=1 --", "http://evil.example/key", "x" * 3000):
        assert is_refused(assertion(header={"kid": kid}))
