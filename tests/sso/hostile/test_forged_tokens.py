"""RFC 8725, RFC 9068 section 4: what looks like an access token of ours and is none."""

import base64
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey

from kernel.audit import Basis
from sso.keys.models import Algorithm
from sso.keys.service import withdraw
from sso.tokens.minting import Authentication, TokenType
from tests.support.clock import MovableClock
from tests.support.registry import NOW
from tests.support.sign_on import Application, Member, SignOnWorld, key_pairs
from tests.support.token_issuer import encode, sign, signature, unsigned

MOMENT = int(NOW.timestamp())


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


@pytest.fixture
def token(world: SignOnWorld, site: Application, member: Member) -> str:
    found: str = world.tokens(site, member)["access_token"]
    return found


def userinfo(world: SignOnWorld, token: str) -> httpx.Response:
    return world.client.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"})


def assert_worthless(world: SignOnWorld, site: Application, token: str) -> None:
    """At every place of ours that takes access tokens."""
    answer = userinfo(world, token)
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"] == "invalid_token"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert world.introspect(site, token) == {"active": False}
    revoked = world.client.post("/oauth2/revoke", data={"token": token}, auth=site.auth)
    assert revoked.status_code == 200


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return found


def header_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "==")
    )
    return found


def test_the_token_is_good_before_it_is_tampered_with(world: SignOnWorld, token: str) -> None:
    assert userinfo(world, token).status_code == 200


def test_a_token_without_signature_is_worthless(
    world: SignOnWorld, site: Application, token: str
) -> None:
    head, body, _ = token.split(".")
    claims = claims_of(token)
    for algorithm in ("none", "None", "NONE", "nOnE", "", None, 0, ["none"], {"a": 1}):
        header = header_of(token) | {"alg": algorithm}
        for tail in ("", ".", ".AAAA", f".{token.split('.')[2]}"):
            assert_worthless(world, site, f"{unsigned(header, claims)}{tail}")
    for text in (f"{head}.{body}", f"{head}.{body}.", f".{body}.", f"{head}..", "..", "."):
        assert_worthless(world, site, text)


def test_a_public_key_is_no_shared_secret(
    world: SignOnWorld, site: Application, token: str
) -> None:
    """Whoever looks for the key by its id and for the algorithm in the header is lost here."""
    published = world.client.get("/oauth2/jwks").json()["keys"]
    for algorithm, pair in key_pairs().items():
        jwk = next(jwk for jwk in published if jwk["alg"] == algorithm.value)
        for secret in (pair.as_pem(private=False), json.dumps(jwk).encode(), jwk["kid"].encode()):
            for name, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
                header = {"alg": name, "typ": "at+jwt", "kid": jwk["kid"]}
                text = unsigned(header, claims_of(token))
                mac = encode(hmac.digest(secret, text.encode(), digest))
                assert_worthless(world, site, f"{text}.{mac}")


def test_keys_in_the_header_count_for_nothing(
    world: SignOnWorld, site: Application, token: str
) -> None:
    own = ECKey.generate_key("P-256", {"kid": "evil"}, auto_kid=False)
    public, claims = own.as_dict(private=False), claims_of(token)
    kid = header_of(token)["kid"]
    for extra in (
        {"jwk": public},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/certificate"},
        {"x5c": ["MIIB"]},
        {"kid": kid},
        {"kid": kid, "jwk": public},
        {"kid": "evil", "jwk": public},
        {"kid": None},
        {"kid": ""},
        {"kid": "../../../../dev/null"},
        {"kid": "' UNION SELECT 'x"},
        {"kid": "https://evil.example/key"},
        {"kid": "\0"},
        {"kid": ["a", kid]},
        {"kid": {"$ne": None}},
        {"crit": ["exp"], "kid": kid},
    ):
        header = {"alg": "ES256", "typ": "at+jwt", **extra}
        assert_worthless(world, site, sign(header, claims, own))


def test_a_key_is_good_for_its_own_algorithm_only(
    world: SignOnWorld, site: Application, token: str
) -> None:
    pairs = key_pairs()
    rsa, ec = pairs[Algorithm.RS256], pairs[Algorithm.ES256]
    for header, key, algorithm in (
        ({"alg": "PS256", "kid": rsa.kid}, rsa, "PS256"),
        ({"alg": "RS512", "kid": rsa.kid}, rsa, "RS512"),
        ({"alg": "RS256", "kid": ec.kid}, rsa, "RS256"),
        ({"alg": "ES256", "kid": rsa.kid}, ec, "ES256"),
    ):
        assert_worthless(
            world, site, sign({**header, "typ": "at+jwt"}, claims_of(token), key, algorithm)
        )


def test_what_was_changed_after_signing_is_worthless(
    world: SignOnWorld, site: Application, token: str
) -> None:
    head, body, tail = token.split(".")
    changed = encode(json.dumps(claims_of(token) | {"scope": "openid citizen_number"}).encode())
    assert_worthless(world, site, f"{head}.{changed}.{tail}")
    flipped = tail[:10] + ("A" if tail[10] != "A" else "B") + tail[11:]
    assert_worthless(world, site, f"{head}.{body}.{flipped}")
    zeros = encode(bytes(64))
    assert_worthless(world, site, f"{head}.{body}.{zeros}")  # CVE-2022-21449
    assert_worthless(world, site, f"{head}.{body}.{tail}.{tail}")


def test_other_tokens_of_ours_are_no_access_tokens(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    sign_on = world.services.sign_on
    client = sign_on.clients.get().by_client_id[site.client_id]
    minter = sign_on.minter
    logout = minter.logout_token(client, sub=str(member.id), sid=uuid4(), now=NOW)
    identity = minter.id_token(
        client, sub=str(member.id), authentication=Authentication(NOW, "x", ["pwd"]), now=NOW
    )
    for text in (logout, identity):
        assert_worthless(world, site, text)


@pytest.mark.parametrize("typ", sorted({*TokenType, "at+JWT ", ""} - {TokenType.ACCESS}))
def test_only_the_type_of_access_tokens_will_do(
    world: SignOnWorld, site: Application, token: str, typ: TokenType
) -> None:
    """Signed with the real key: a token for one purpose must not serve another (RFC 8725 3.11)."""
    minter = world.services.sign_on.minter
    assert_worthless(world, site, minter.sign(claims_of(token), Algorithm.ES256, NOW, typ))


def test_a_token_of_another_issuer_is_worthless_whoever_signed_it(
    world: SignOnWorld, site: Application, token: str
) -> None:
    minter = world.services.sign_on.minter
    for issuer in ("https://evil.example", f"{minter.issuer}/", minter.issuer.upper(), None):
        claims = claims_of(token) | {"iss": issuer}
        assert_worthless(world, site, minter.sign(claims, Algorithm.ES256, NOW, TokenType.ACCESS))


def test_a_token_ends_to_the_second(
    world: SignOnWorld, site: Application, token: str, clock: MovableClock
) -> None:
    lifetime = claims_of(token)["exp"] - MOMENT
    clock.pass_seconds(lifetime - 1)
    assert userinfo(world, token).status_code == 200
    clock.pass_seconds(1)
    assert_worthless(world, site, token)


@contextmanager
def withdrawn(world: SignOnWorld, kid: str) -> Iterator[None]:
    sign_on = world.services.sign_on
    with world.services.database.transaction() as session:
        withdraw(session, world.officer, kid, now=NOW, basis=Basis("leaked"))
    sign_on.keys.reload()
    yield


def test_a_token_ends_with_its_key(world: SignOnWorld, site: Application, token: str) -> None:
    with withdrawn(world, header_of(token)["kid"]):
        assert_worthless(world, site, token)


def test_bombs_do_not_go_off(world: SignOnWorld, site: Application, token: str) -> None:
    deep = "[" * 1400 + "]" * 1400
    head, _, tail = token.split(".")
    for header in (f'{{"alg":{deep}}}', f'{{"alg":"ES256","kid":"x","x":{deep}}}', deep, "5", '""'):
        assert_worthless(world, site, f"{encode(header.encode())}.e30.{tail}")
    body = encode(f'{{"exp":{deep}}}'.encode())
    assert_worthless(world, site, f"{head}.{body}.{tail}")
    for text in ("." * 15_000, "e" * 16_385, "A" * 15_000 + ".A.A", "é.é.é", "a.b.c.d.e"):
        assert world.introspect(site, text) == {"active": False}


def test_a_signature_over_something_else_is_worthless(
    world: SignOnWorld, site: Application, token: str
) -> None:
    """RFC 7797: a payload that is not encoded would be signed as another text."""
    pair = key_pairs()[Algorithm.ES256]
    header = {"alg": "ES256", "typ": "at+jwt", "kid": pair.kid, "b64": False, "crit": ["b64"]}
    text = unsigned(header, claims_of(token))
    raw = text.split(".", maxsplit=1)[0] + "." + json.dumps(claims_of(token))
    assert_worthless(world, site, f"{text}.{signature(raw, pair)}")


def test_a_token_in_the_address_is_not_looked_at(world: SignOnWorld, token: str) -> None:
    """RFC 9700 section 2.4, RFC 6750 section 2: nor are two ways at once."""
    in_address = world.client.get("/oauth2/userinfo", params={"access_token": token})
    assert in_address.status_code == 401
    both = world.client.post(
        "/oauth2/userinfo",
        data={"access_token": token},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert both.status_code == 400
    assert both.json()["error"] == "invalid_request"
    twice = world.client.get(
        "/oauth2/userinfo",
        headers=[("Authorization", f"Bearer {token}"), ("Authorization", "Bearer x")],
    )
    assert twice.status_code == 400
    for scheme in ("Basic", "Token", "", "DPoP", "bearer,"):
        wrong = world.client.get(
            "/oauth2/userinfo", headers={"Authorization": f"{scheme} {token}".strip()}
        )
        assert wrong.status_code == 401, scheme
