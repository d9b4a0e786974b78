"""SSRF (RFC 9700 section 4, RFC 9101 section 10.4): nobody makes us look around in the network."""

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.outbound import Outbound, OutboundSettings
from sso.clients.keys import ClientKeys
from tests.support.raw_server import RawServer, raw_server
from tests.support.sign_on import SignOnWorld
from tests.support.signatures import Signer

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(autouse=True)
def as_delivered(world: SignOnWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may fetch from loopback; an installation may not."""
    keys = ClientKeys(Outbound(OutboundSettings()))
    for user in (world.services.sign_on.authenticator, world.services.sign_on.request_objects):
        monkeypatch.setattr(user, "_keys", keys)


@pytest.fixture
def inside() -> Iterator[RawServer]:
    """A server that only we could reach."""
    with raw_server(lambda connection, _: connection.close()) as server:
        yield server


def machine(world: SignOnWorld, name: str, jwks_uri: str) -> None:
    world.application(
        name,
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=jwks_uri,
        grant_types=["client_credentials", "authorization_code"],
    )


def test_keys_are_not_fetched_from_inside(world: SignOnWorld, inside: RawServer) -> None:
    signer = Signer(issuer=world.services.sign_on.issuer)
    hosts = [
        f"https://127.0.0.1:{inside.port}",
        f"https://localhost:{inside.port}",
        f"http://127.0.0.1:{inside.port}",
        f"https://[::1]:{inside.port}",
        f"https://2130706433:{inside.port}",
        "https://169.254.169.254",
        "https://10.0.0.1",
    ]
    for number, host in enumerate(hosts):
        name = f"machine-{number}"
        machine(world, name, f"{host}/keys")
        claims = {"iss": name, "sub": name, "aud": signer.issuer, "jti": name, "exp": 2_000_000_000}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": signer.sign(claims),
        }
        answer = world.client.post("/oauth2/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), host
        asked = {"client_id": name, "request": signer.request_object(name, {})}
        assert world.client.get("/oauth2/authorize", params=asked).status_code == 400, host
    assert inside.requests == []


def test_addresses_in_requests_are_never_opened(world: SignOnWorld, inside: RawServer) -> None:
    site, evil = world.application(), f"http://127.0.0.1:{inside.port}/x"
    parameters: dict[str, Any] = {"request_uri": evil, "client_id": site.client_id}
    assert world.client.get("/oauth2/authorize", params=parameters).status_code == 400
    pushed = world.client.post("/oauth2/par", data={"request_uri": evil}, auth=site.auth)
    assert pushed.json()["error"] == "invalid_request"
    for name in ("jku", "x5u"):
        header = {name: evil, "kid": "x"}
        signed = Signer().sign({"iss": site.client_id, "sub": site.client_id}, **header)
        form = {"client_assertion": signed, "client_assertion_type": ASSERTION}
        world.client.post("/oauth2/token", data={"grant_type": "client_credentials", **form})
        world.client.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {signed}"})
        world.client.get("/oauth2/authorize", params={"client_id": "app", "request": signed})
    callback = {"service": "https://app.example/", "ticket": "ST-x", "pgtUrl": evil}
    world.client.get("/cas/serviceValidate", params=callback)
    assert inside.requests == []
