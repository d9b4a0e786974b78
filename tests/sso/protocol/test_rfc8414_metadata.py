"""RFC 8414 and OpenID Connect Discovery: what is announced works, and nothing else is needed."""

from typing import Any

import httpx
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc import discovery, rpinitiated
from joserfc.jws import extract_compact

from sso.keys.models import Algorithm
from tests.support.sign_on import Application, Challenge, SignOnWorld, answered
from tests.support.signatures import Signer

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"


@pytest.fixture
def announced(world: SignOnWorld) -> dict[str, Any]:
    document: dict[str, Any] = world.client.get(OPENID).json()
    return document


def path_of(world: SignOnWorld, address: str) -> str:
    assert address.startswith(f"{world.services.sign_on.issuer}/")
    return address.removeprefix(world.services.sign_on.issuer)


def test_both_addresses_serve_the_same_document_to_everybody(world: SignOnWorld) -> None:
    first, second = world.client.get(OPENID), world.client.get(OAUTH)
    assert first.content == second.content
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in first.headers["Cache-Control"]
    kept = {"If-None-Match": first.headers["ETag"]}
    assert world.client.get(OPENID, headers=kept).status_code == 304
    assert world.client.post(OPENID).status_code == 405


def test_the_document_is_what_the_standards_say(
    world: SignOnWorld, announced: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # http on loopback, in tests alone
    AuthorizationServerMetadata(announced).validate()
    metadata = discovery.OpenIDProviderMetadata(announced)
    metadata.validate(metadata_classes=[rpinitiated.OpenIDProviderMetadata])
    assert announced["issuer"] == world.services.sign_on.issuer
    assert all(value not in (None, [], "") for value in announced.values())


ENDPOINTS = {
    "authorization_endpoint": ("GET", 400),
    "token_endpoint": ("POST", 400),
    "userinfo_endpoint": ("GET", 401),
    "jwks_uri": ("GET", 200),
    "introspection_endpoint": ("POST", 401),
    "revocation_endpoint": ("POST", 401),
    "pushed_authorization_request_endpoint": ("POST", 401),
    "device_authorization_endpoint": ("POST", 401),
    "registration_endpoint": ("POST", 401),
    "end_session_endpoint": ("GET", 200),
}
"""What a stranger without any parameter gets."""


def test_every_announced_endpoint_answers(world: SignOnWorld, announced: dict[str, Any]) -> None:
    addresses = {
        name: address
        for name, address in announced.items()
        if name.endswith("_endpoint") or name == "jwks_uri"
    }
    assert addresses.keys() == ENDPOINTS.keys()
    for name, address in addresses.items():
        method, expected = ENDPOINTS[name]
        response = world.client.request(method, path_of(world, address), follow_redirects=False)
        assert response.status_code == expected, name


def test_every_announced_grant_type_is_known_and_no_other(
    world: SignOnWorld, announced: dict[str, Any]
) -> None:
    app = world.application(grant_types=announced["grant_types_supported"])

    def error(grant_type: str) -> str:
        found: str = world.token(app, grant_type=grant_type).json().get("error", "none")
        return found

    unknown = "unsupported_grant_type"
    assert [name for name in announced["grant_types_supported"] if error(name) == unknown] == []
    assert error("password") == error("implicit") == error("urn:x") == unknown
    assert error("urn:ietf:params:oauth:grant-type:jwt-bearer") == unknown


def test_every_announced_scope_can_be_had(world: SignOnWorld, announced: dict[str, Any]) -> None:
    scopes = announced["scopes_supported"]
    app = world.application(scope=scopes)
    tokens = world.tokens(app, world.member(), scope=" ".join(scopes))
    assert tokens["scope"].split() == scopes


def test_no_other_response_type_mode_or_challenge_method_works(
    world: SignOnWorld, announced: dict[str, Any]
) -> None:
    assert announced["response_types_supported"] == ["code"]
    assert announced["response_modes_supported"] == ["query"]
    assert announced["code_challenge_methods_supported"] == ["S256"]
    app, browser = world.application(), world.browser()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ]
    for changed, error in wrong:
        found = answered(world.authorize(browser, app, **changed))
        assert found["error"] == error
        assert found["iss"] == announced["issuer"]


def test_every_announced_prompt_and_class_is_understood(
    world: SignOnWorld, announced: dict[str, Any]
) -> None:
    app, browser = world.application(), world.browser()
    assert announced["claims_parameter_supported"] is True
    for prompt in announced["prompt_values_supported"]:
        response = world.authorize(browser, app, prompt=prompt)
        if response.is_redirect:
            assert answered(response)["error"] == "login_required"
    member = world.member()
    for wanted in announced["acr_values_supported"]:
        claims = f'{{"id_token": {{"acr": {{"essential": true, "value": "{wanted}"}}}}}}'
        tokens = world.tokens(app, member, claims=claims)
        assert world.claims(tokens["id_token"])["acr"] == wanted


@pytest.mark.parametrize("algorithm", [algorithm.value for algorithm in Algorithm])
def test_every_announced_signature_of_ours_can_be_asked_for(
    world: SignOnWorld, announced: dict[str, Any], algorithm: str
) -> None:
    for kind in ("id_token", "userinfo", "introspection"):
        assert algorithm in announced[f"{kind}_signing_alg_values_supported"]
    app = world.application(
        id_token_signed_response_alg=algorithm,
        userinfo_signed_response_alg=algorithm,
        introspection_signed_response_alg=algorithm,
        access_token_signed_response_alg=algorithm,
    )
    tokens = world.tokens(app, world.member())
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    userinfo = world.client.get("/oauth2/userinfo", headers=bearer)
    form = {"token": tokens["access_token"]}
    introspected = world.client.post("/oauth2/introspect", data=form, auth=app.auth)
    for text in (tokens["id_token"], tokens["access_token"], userinfo.text, introspected.text):
        assert header_of(text)["alg"] == algorithm


def header_of(text: str) -> dict[str, Any]:
    return dict(extract_compact(text.encode()).headers())


def signing(world: SignOnWorld, key: Signer) -> Application:
    return world.application(
        key.algorithm, token_endpoint_auth_method="private_key_jwt", jwks=key.jwks
    )


def test_every_announced_signature_of_clients_is_verified(
    world: SignOnWorld, announced: dict[str, Any]
) -> None:
    names = announced["dpop_signing_alg_values_supported"]
    for other in (
        "request_object_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
    ):
        assert announced[other] == names
    assert "none" not in names
    for name in names:
        key = Signer(name)
        app = signing(world, key)
        form = {"grant_type": "client_credentials", **key.assertion(app.client_id)}
        answer = world.client.post("/oauth2/token", data=form, headers=key.proof("/oauth2/token"))
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json()["token_type"] == "DPoP"
        signed = key.request_object(app.client_id, world.authorization(app))
        pushed = world.client.post(
            "/oauth2/par", data={"request": signed, **key.assertion(app.client_id)}
        )
        assert pushed.status_code == 201, (name, pushed.text)
        for endpoint in ("introspect", "revoke"):
            form = {"token": "x", **key.assertion(app.client_id)}
            assert world.client.post(f"/oauth2/{endpoint}", data=form).status_code == 200


def test_every_announced_way_to_authenticate_works(
    world: SignOnWorld, announced: dict[str, Any]
) -> None:
    """Client certificates need a proxy: test_mutual_tls.py."""
    methods = set(announced["token_endpoint_auth_methods_supported"])
    assert set(announced["introspection_endpoint_auth_methods_supported"]) == methods - {"none"}
    certificates = {"tls_client_auth", "self_signed_tls_client_auth"}
    assert methods - certificates == {
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    }
    app, key = world.application(), Signer()
    public = world.application(
        "public", token_endpoint_auth_method="none", grant_types=["authorization_code"]
    )
    signed = world.application(
        "signed", token_endpoint_auth_method="private_key_jwt", jwks=key.jwks
    )
    ways: list[dict[str, Any]] = [
        {"auth": app.auth},
        {"data": {"client_id": app.client_id, "client_secret": app.secret}},
        {"data": key.assertion(signed.client_id)},
        {"data": {"client_id": public.client_id}},
    ]
    for way in ways:
        form = {"token": "x", **way.pop("data", {})}
        assert world.client.post("/oauth2/revoke", data=form, **way).status_code == 200
    form = {"token": "x", "client_id": public.client_id}
    assert world.client.post("/oauth2/introspect", data=form).is_client_error


def test_a_stranger_can_do_everything_from_the_document_alone(
    world: SignOnWorld, announced: dict[str, Any]
) -> None:
    """The way of a client that knows the issuer and nothing else."""
    app, browser, challenge = world.application(), world.browser(), Challenge()
    query = world.authorization(app, challenge)
    page = browser.follow(
        browser.get(path_of(world, announced["authorization_endpoint"]), params=query)
    )
    back = answered(browser.sign_in(world.member(), page))
    assert back["iss"] == announced["issuer"]
    form = {
        "grant_type": "authorization_code",
        "code": back["code"],
        "redirect_uri": app.redirect_uri,
        "code_verifier": challenge.verifier,
    }
    tokens = post(world, announced["token_endpoint"], app, form).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = world.client.get(path_of(world, announced["userinfo_endpoint"]), headers=bearer).json()
    claims = world.claims(tokens["id_token"])
    assert told["sub"] == claims["sub"]
    assert set(told) <= set(announced["claims_supported"])
    ours = {"aud", "exp", "iat", "nonce", "at_hash"}
    assert set(claims) - ours <= set(announced["claims_supported"])
    refreshed = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = post(world, announced["token_endpoint"], app, refreshed).json()
    token = {"token": again["access_token"]}
    assert post(world, announced["introspection_endpoint"], app, token).json()["active"]
    assert post(world, announced["revocation_endpoint"], app, token).status_code == 200
    assert not post(world, announced["introspection_endpoint"], app, token).json()["active"]


def post(
    world: SignOnWorld, address: str, app: Application, form: dict[str, Any]
) -> httpx.Response:
    return world.client.post(path_of(world, address), data=form, auth=app.auth)
