"""RFC 9068: what an access token says, and that it says no more."""

import base64
import json
from typing import Any

import pytest

from tests.support.sign_on import SignOnWorld


def header_of(token: str) -> dict[str, Any]:
    head = token.split(".", maxsplit=1)[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(f"{head}=="))
    return found


def test_a_token_of_a_person_has_the_claims_of_the_profile_and_nothing_personal(
    world: SignOnWorld,
) -> None:
    site, member = world.application(), world.member()
    token = world.tokens(site, member)["access_token"]
    header, claims = header_of(token), world.claims(token)
    assert header["typ"] == "at+jwt"
    assert header["kid"] in {key.kid for key in world.services.sign_on.keys.get().keys}
    assert {"iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope"} <= claims.keys()
    assert {"auth_time", "acr", "amr", "sid"} <= claims.keys()
    assert claims["exp"] - claims["iat"] <= 600
    assert "Nga" not in json.dumps(claims, ensure_ascii=False)


def test_the_subject_of_a_machine_is_the_machine(world: SignOnWorld) -> None:
    site = world.application()
    token = world.token(site, grant_type="client_credentials").json()["access_token"]
    claims = world.claims(token)
    assert claims["sub"] == claims["client_id"] == site.client_id
    assert not {"sid", "auth_time", "grant_id"} & claims.keys()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_a_client_chooses_among_the_algorithms_on_offer(world: SignOnWorld, algorithm: str) -> None:
    site = world.application(access_token_signed_response_alg=algorithm)
    answer = world.token(site, grant_type="client_credentials").json()
    assert header_of(answer["access_token"])["alg"] == algorithm
    assert world.introspect(site, answer["access_token"])["active"] is True
