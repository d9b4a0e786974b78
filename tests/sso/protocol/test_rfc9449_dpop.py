"""RFC 9449: tokens that are worth nothing without a key."""

import base64
import hashlib
import json
import secrets
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from sso.keys.signatures import FOREIGN
from tests.support.registry import NOW
from tests.support.sign_on import Application, Challenge, Member, SignOnWorld

TOKEN, USERINFO = "/oauth2/token", "/oauth2/userinfo"


class Prover:
    """A client's key and the proofs that it makes."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = ECKey.generate_key("P-256")

    def proof(
        self,
        path: str = TOKEN,
        method: str = "POST",
        *,
        access_token: str | None = None,
        header: dict[str, Any] | None = None,
        signing: Any = None,
        algorithm: str = "ES256",
        **changed: Any,
    ) -> dict[str, str]:
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(8),
            "htm": method,
            "htu": f"{self.issuer}{path}",
            "iat": int(NOW.timestamp()),
        }
        if access_token is not None:
            digest = hashlib.sha256(access_token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        claims = {name: value for name, value in (claims | changed).items() if value is not None}
        head = {
            "typ": "dpop+jwt",
            "alg": algorithm,
            "jwk": self.key.as_dict(private=False),
        } | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        signed = f"{_part(head)}.{_part(claims)}"
        signature = FOREIGN.get_alg(algorithm).sign(signed.encode(), signing or self.key)
        return {"DPoP": f"{signed}.{_encoded(signature)}"}


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.fixture
def prover(world: SignOnWorld) -> Prover:
    return Prover(world.services.sign_on.issuer)


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application(
        "spa",
        token_endpoint_auth_method="none",
        grant_types=["authorization_code", "refresh_token"],
        dpop_bound_access_tokens=True,
    )


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def exchange(
    world: SignOnWorld, site: Application, member: Member, headers: dict[str, str], **more: Any
) -> httpx.Response:
    challenge = Challenge()
    code = world.code(world.browser(), site, member, challenge=challenge, **more)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": site.redirect_uri,
        "code_verifier": challenge.verifier,
        "client_id": site.client_id,
    }
    return world.client.post(TOKEN, data=form, headers=headers)


def userinfo(
    world: SignOnWorld, token: str, headers: dict[str, str], scheme: str = "DPoP"
) -> httpx.Response:
    return world.client.get(USERINFO, headers={"Authorization": f"{scheme} {token}", **headers})


def test_a_bound_token_works_with_its_key_and_only_with_it(
    world: SignOnWorld, site: Application, member: Member, prover: Prover
) -> None:
    answer = exchange(world, site, member, prover.proof()).json()
    token = answer["access_token"]
    assert answer["token_type"] == "DPoP"
    assert world.claims(token)["cnf"] == {"jkt": prover.key.thumbprint()}
    shown = prover.proof(USERINFO, "GET", access_token=token)
    assert userinfo(world, token, shown).status_code == 200
    thief = Prover(prover.issuer)
    stolen = thief.proof(USERINFO, "GET", access_token=token)
    refused = userinfo(world, token, stolen)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('DPoP realm="congvu", error="invalid_to')
    replayed = userinfo(world, token, shown)
    assert replayed.status_code == 401
    assert 'DPoP realm="congvu", error="invalid_dpop_proof"' in replayed.headers["WWW-Authenticate"]
    assert 'algs="ES256 ' in replayed.headers["WWW-Authenticate"]
    assert userinfo(world, token, {}, "Bearer").status_code == 401
    assert userinfo(world, token, {}).status_code == 401
    again = prover.proof(USERINFO, "GET", access_token=token)
    assert userinfo(world, token, again, "Bearer").status_code == 401


def test_a_refresh_token_of_a_public_client_is_bound_too(
    world: SignOnWorld, site: Application, member: Member, prover: Prover
) -> None:
    token = exchange(world, site, member, prover.proof()).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": site.client_id}
    thief = world.client.post(TOKEN, data=form, headers=Prover(prover.issuer).proof())
    assert thief.json()["error"] == "invalid_grant"
    assert world.client.post(TOKEN, data=form, headers=prover.proof()).status_code == 200


def test_a_code_may_be_bound_before_it_is_issued(
    world: SignOnWorld, site: Application, member: Member, prover: Prover
) -> None:
    bound = {"dpop_jkt": prover.key.thumbprint()}
    thief = exchange(world, site, member, Prover(prover.issuer).proof(), **bound)
    assert thief.json()["error"] == "invalid_grant"
    assert exchange(world, site, member, prover.proof(), **bound).status_code == 200


def test_a_client_that_must_prove_gets_nothing_without(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    assert exchange(world, site, member, {}).json()["error"] == "invalid_dpop_proof"


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"path": "/oauth2/userinfo"},
        {"htu": "https://other.example/oauth2/token"},
        {"iat": int(NOW.timestamp()) - 600},
        {"iat": int(NOW.timestamp()) + 600},
        {"iat": "now"},
        {"jti": None},
        {"jti": "x" * 300},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": None}},
        {"header": {"jwk": {"kty": "oct", "k": "AAAA"}}},
        {"header": {"jwk": []}},
    ],
)
def test_a_proof_that_is_not_for_this_request_is_refused(
    world: SignOnWorld, site: Application, prover: Prover, changed: dict[str, Any]
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": site.client_id}
    answer = world.client.post(TOKEN, data=form, headers=prover.proof(**changed))
    assert answer.json()["error"] == "invalid_dpop_proof"


def test_a_proof_works_once(
    world: SignOnWorld, site: Application, member: Member, prover: Prover
) -> None:
    proof = prover.proof()
    token = exchange(world, site, member, proof).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": site.client_id}
    again = world.client.post(TOKEN, data=form, headers=proof)
    assert again.json()["error"] == "invalid_dpop_proof"


def test_keys_of_proofs_are_public_and_long_enough(
    world: SignOnWorld, site: Application, prover: Prover
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": site.client_id}
    private = prover.proof(header={"jwk": prover.key.as_dict(private=True)})
    weak = prover.proof(header={"jwk": {"kty": "RSA", "e": "AQAB", "n": "A" * 171}})
    another = prover.proof(signing=ECKey.generate_key("P-256"))
    for headers in (private, weak, another):
        answer = world.client.post(TOKEN, data=form, headers=headers)
        assert answer.json()["error"] == "invalid_dpop_proof"


def test_two_proofs_at_once_are_none(world: SignOnWorld, site: Application, prover: Prover) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": site.client_id}
    headers = [("DPoP", prover.proof()["DPoP"]), ("DPoP", prover.proof()["DPoP"])]
    answer = world.client.post(TOKEN, data=form, headers=headers)
    assert answer.json()["error"] == "invalid_dpop_proof"


def test_a_proof_without_signature_is_refused(
    world: SignOnWorld, site: Application, prover: Prover
) -> None:
    body = prover.proof()["DPoP"].split(".")[1]
    header = {"typ": "dpop+jwt", "alg": "none", "jwk": prover.key.as_dict(private=False)}
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": site.client_id}
    answer = world.client.post(TOKEN, data=form, headers={"DPoP": f"{head}.{body}."})
    assert answer.json()["error"] == "invalid_dpop_proof"
