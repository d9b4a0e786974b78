"""The two examples, as they stand, against an issuer on loopback."""

import importlib.util
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from wsgiref.validate import validator

import httpx
import pytest
from fastapi.testclient import TestClient

from congvu_sso import Verifier
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import ManualClock, TokenIssuer, encode, new_key, sign

Client = httpx.Client | TestClient
EXAMPLES = Path(__file__).parents[2] / "sso_client" / "examples"


def load(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def fastapi(verifier: Verifier) -> Iterator[Client]:
    app = load("fastapi_app").create_app(verifier, AUDIENCE, "documents")
    with TestClient(app, base_url=AUDIENCE) as client:
        yield client


@pytest.fixture
def wsgi(verifier: Verifier) -> Iterator[Client]:
    example = load("wsgi_app")
    app = example.TokenRequired(example.greeting, verifier, scopes=["documents:read"])
    transport = httpx.WSGITransport(validator(app))
    with httpx.Client(transport=transport, base_url=AUDIENCE) as client:
        yield client


@pytest.fixture(params=["fastapi", "wsgi"])
def client(request: pytest.FixtureRequest) -> Client:
    client: Client = request.getfixturevalue(request.param)
    return client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_good_token_passes(client: Client, issuer: TokenIssuer) -> None:
    answer = client.get("/documents", headers=bearer(issuer.access_token()))
    assert answer.status_code == 200
    assert "3f0f9a0e" in answer.text


def test_no_token_is_asked_for_one(client: Client) -> None:
    answer = client.get("/documents")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="congvu"'


@pytest.mark.parametrize("claims", [{"aud": "https://other"}, {"exp": 1}, {"iss": "https://evil"}])
def test_a_bad_token_is_told_so(
    client: Client, issuer: TokenIssuer, claims: dict[str, object]
) -> None:
    answer = client.get("/documents", headers=bearer(issuer.access_token(**claims)))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_missing_scope_is_forbidden(client: Client, issuer: TokenIssuer) -> None:
    answer = client.get("/documents", headers=bearer(issuer.access_token(scope="openid")))
    assert answer.status_code == 403
    assert 'scope="documents:read"' in answer.headers["www-authenticate"]


def test_a_token_bound_to_a_key_needs_the_proof(
    client: Client, issuer: TokenIssuer, clock: ManualClock
) -> None:
    key = new_key("ES256", "own")
    token = issuer.access_token(cnf={"jkt": key.thumbprint()})
    answer = client.get("/documents", headers=bearer(token))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")

    claims = {
        "jti": "1",
        "htm": "GET",
        "htu": f"{AUDIENCE}/documents",
        "iat": int(clock()),
        "ath": encode(sha256(token.encode()).digest()),
    }
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    headers = {"Authorization": f"DPoP {token}", "DPoP": sign(header, claims, key)}
    assert client.get("/documents?page=2", headers=headers).status_code == 200
    again = client.get("/documents", headers=headers)
    assert 'error="invalid_dpop_proof"' in again.headers["www-authenticate"]

    clock.pass_seconds(3600)
    late = client.get("/documents", headers=headers)
    assert late.headers["www-authenticate"].startswith('DPoP realm="congvu", error="invalid_token"')


def test_two_proofs_are_none(client: Client, issuer: TokenIssuer) -> None:
    key = new_key("ES256", "own")
    token = issuer.access_token(cnf={"jkt": key.thumbprint()})
    headers = [("Authorization", f"DPoP {token}"), ("DPoP", "one"), ("DPoP", "two")]
    assert client.get("/documents", headers=headers).status_code == 401


def test_a_provider_that_is_down_is_no_fault_of_the_caller(
    issuer: TokenIssuer, wsgi: Client
) -> None:
    issuer.stop()
    answer = wsgi.get("/documents", headers=bearer(issuer.access_token()))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"


def test_scopes_differ_by_route(issuer: TokenIssuer, fastapi: Client) -> None:
    reads, writes = issuer.access_token(), issuer.access_token(scope="documents:write")
    assert fastapi.post("/documents", headers=bearer(reads)).status_code == 403
    assert fastapi.post("/documents", headers=bearer(writes)).status_code == 200
    assert fastapi.get("/documents", headers=bearer(writes)).status_code == 403


def test_who_acts_for_an_organisation_is_known(issuer: TokenIssuer, fastapi: Client) -> None:
    token = issuer.access_token(sub="organisation", act={"sub": "person"})
    answer = fastapi.get("/documents", headers=bearer(token))
    assert answer.json() == {"for": "organisation", "by": "person"}


def test_a_logout_arrives_by_the_back_channel(issuer: TokenIssuer, fastapi: Client) -> None:
    form = {"logout_token": issuer.logout_token(sid="session")}
    assert fastapi.post("/backchannel-logout", data=form).json()["sid"] == "session"
    form = {"logout_token": issuer.id_token(sid="session")}
    refused = fastapi.post("/backchannel-logout", data=form)
    assert (refused.status_code, refused.json()["detail"]) == (400, "type-wrong")


def test_the_timer_of_the_example_fetches_keys_before_any_request(
    issuer: TokenIssuer, fastapi: Client
) -> None:
    assert issuer.asked.wait(5)
    assert fastapi.get("/documents").status_code == 401


def test_both_can_be_built_from_the_environment(
    issuer: TokenIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONGVU_ISSUER", issuer.url)
    monkeypatch.setenv("PUBLIC_URL", AUDIENCE)
    assert load("fastapi_app").from_environment().routes
    assert callable(load("wsgi_app").from_environment())
