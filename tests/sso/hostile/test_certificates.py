"""RFC 8705: stolen tokens, borrowed names and certificates that somebody built by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448
from fastapi import FastAPI

from entrypoints.settings import WebSettings
from entrypoints.trusted_proxies import behind_proxies
from entrypoints.web import fronted
from entrypoints.wiring import Services
from tests.support.certificates import LIFETIME, Authority
from tests.support.registry import NOW
from tests.support.scratch import scratch_folder
from tests.support.sign_on import Application, Challenge, SignOnWorld
from tests.support.signatures import Signer
from tests.support.web import serving

MACHINE = "lgsp.backan.gov.vn"
BOUND: dict[str, Any] = {"tls_client_certificate_bound_access_tokens": True}


@pytest.fixture(scope="module")
def front(app: FastAPI, services: Services) -> Iterator[str]:
    """The application behind a proxy that ends TLS: this test."""
    settings = WebSettings(trusted_proxies=["127.0.0.1"], client_certificates=True)
    with serving(behind_proxies(fronted(app, services), settings)) as address:
        yield address


@pytest.fixture
def proxy(front: str, world: SignOnWorld) -> Iterator[httpx.Client]:
    assert world.client is not None  # the database of this test is there
    throttling = world.services.sign_on.client_throttling

    def uncounted(_: httpx.Request) -> None:
        throttling._known.clear()

    with httpx.Client(base_url=front, timeout=30) as client:
        client.event_hooks = {"request": [uncounted]}
        yield client


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def own(folder: Path) -> str:
    return Authority(folder).for_client("own", MACHINE).certificate.read_text()


@pytest.fixture(scope="module")
def other(folder: Path) -> str:
    return Authority(folder).for_client("other", MACHINE).certificate.read_text()


def shown(pem: str | None, verdict: str = "SUCCESS") -> dict[str, str]:
    if pem is None:
        return {"X-SSL-Client-Verify": "NONE"}
    return {"X-SSL-Client-Cert": quote(pem), "X-SSL-Client-Verify": verdict}


def exchange(
    world: SignOnWorld, proxy: httpx.Client, site: Application, headers: dict[str, str]
) -> httpx.Response:
    challenge = Challenge()
    code = world.code(world.browser(), site, world.member(), challenge=challenge)
    form = {
        "grant_type": "authorization_code",
        "client_id": site.client_id,
        "code": code,
        "redirect_uri": site.redirect_uri,
        "code_verifier": challenge.verifier,
    }
    if site.secret is not None:
        form["client_secret"] = site.secret
    return proxy.post("/oauth2/token", data=form, headers=headers)


def test_a_stolen_token_is_worth_nothing_without_the_certificate(
    world: SignOnWorld, proxy: httpx.Client, own: str, other: str
) -> None:
    site = world.application(**BOUND)
    without = exchange(world, proxy, site, shown(None))
    assert without.json()["error"] == "invalid_request"
    answer = exchange(world, proxy, site, shown(own))
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def ask(headers: dict[str, str], client: httpx.Client = proxy) -> int:
        return client.get("/oauth2/userinfo", headers={**bearer, **headers}).status_code

    assert ask(shown(own)) == 200
    assert ask(shown(own, "FAILED:expired")) == 200  # possession is what counts
    assert ask(shown(other)) == 401
    assert ask(shown(None)) == 401
    assert ask({}) == 401
    assert ask(shown(own), world.client) == 401  # not through the proxy


def test_a_refresh_token_of_a_public_client_is_bound_too(
    world: SignOnWorld, proxy: httpx.Client, own: str, other: str
) -> None:
    site = world.application("spa", token_endpoint_auth_method="none", **public(BOUND))
    token = exchange(world, proxy, site, shown(own)).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": site.client_id}
    for headers, error in (
        (shown(other), "invalid_grant"),
        (shown(None), "invalid_request"),
        ({}, "invalid_request"),
    ):
        stolen = proxy.post("/oauth2/token", data=form, headers=headers)
        assert stolen.json()["error"] == error
    assert proxy.post("/oauth2/token", data=form, headers=shown(own)).status_code == 200


def public(more: dict[str, Any]) -> dict[str, Any]:
    return {"grant_types": ["authorization_code", "refresh_token"], **more}


def test_a_proof_does_not_take_the_place_of_the_certificate(
    world: SignOnWorld, proxy: httpx.Client, own: str
) -> None:
    site, signer = world.application(**BOUND), Signer(issuer=world.services.sign_on.issuer)
    proof = signer.proof("/oauth2/token")
    assert exchange(world, proxy, site, proof).json()["error"] == "invalid_request"
    both = exchange(world, proxy, site, {**shown(own), **signer.proof("/oauth2/token")})
    token = both.json()["access_token"]
    assert set(world.claims(token)["cnf"]) == {"jkt", "x5t#S256"}
    path = "/oauth2/userinfo"
    for headers, status in ((shown(own), 200), ({}, 401)):
        fresh = signer.proof(path, method="GET", access_token=token)
        sent = {"Authorization": f"DPoP {token}", **fresh, **headers}
        assert proxy.get(path, headers=sent).status_code == status


def machine(world: SignOnWorld, **description: Any) -> Application:
    return world.application(
        "machine",
        grant_types=["client_credentials"],
        redirect_uris=[],
        token_endpoint_auth_method="tls_client_auth",
        **description,
    )


def enter(proxy: httpx.Client, headers: dict[str, str]) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": "machine"}
    return proxy.post("/oauth2/token", data=form, headers=headers)


def built(
    *names: str,
    common_name: str = "x",
    key: Any = None,
    digest: hashes.SHA256 | None = None,
) -> str:
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + LIFETIME)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    signed = builder.sign(own, digest)
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def test_a_name_is_taken_to_the_letter_and_from_the_right_place(
    world: SignOnWorld, proxy: httpx.Client
) -> None:
    machine(world, tls_client_auth_san_dns=MACHINE)
    sha = hashes.SHA256()
    good = built("first.example", MACHINE, digest=sha)
    assert enter(proxy, shown(good)).status_code == 200
    for pem in (
        built(common_name=MACHINE, digest=sha),
        built("*.backan.gov.vn", digest=sha),
        built(f"evil.{MACHINE}", digest=sha),
        built(f"{MACHINE}.evil.example", digest=sha),
        built(f"{MACHINE} ", digest=sha),
        built(f"{MACHINE}\0.evil.example", digest=sha),
        built("*", digest=sha),
    ):
        assert enter(proxy, shown(pem)).json()["error"] == "invalid_client"
    for verdict in ("FAILED:self-signed certificate", "", "NONE", "SUCCESS:x"):
        refused = enter(proxy, shown(good, verdict))
        assert refused.json()["error"] == "invalid_client", verdict


def test_a_subject_is_compared_part_by_part(world: SignOnWorld, proxy: httpx.Client) -> None:
    machine(world, tls_client_auth_subject_dn=f"CN={MACHINE}")
    sha = hashes.SHA256()
    assert enter(proxy, shown(built(common_name=MACHINE, digest=sha))).status_code == 200
    for name in (f"{MACHINE},O=x", f"{MACHINE}+O=x", f"x,CN={MACHINE}", MACHINE.upper(), "x"):
        pem = built(MACHINE, common_name=name, digest=sha)
        assert enter(proxy, shown(pem)).json()["error"] == "invalid_client", name


def test_certificates_that_cannot_be_read_are_refused(
    world: SignOnWorld, proxy: httpx.Client, own: str
) -> None:
    machine(world, tls_client_auth_san_dns=MACHINE)
    lines = own.splitlines()
    key_of_strange_kind = built(MACHINE, key=ed448.Ed448PrivateKey.generate())
    dsa_key = built(MACHINE, key=dsa.generate_private_key(2048), digest=hashes.SHA256())
    strange = [
        "x",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "\n".join([*lines[:5], *lines[6:]]),
        own.replace("CERTIFICATE", "PRIVATE KEY"),
        own[: len(own) // 2],
        own + "A" * 20_000,
        "é" * 50,
    ]
    for pem in strange:
        answer = enter(proxy, shown(pem))
        assert answer.status_code == 401, pem[:60]
        assert answer.json()["error"] == "invalid_client"
        bearer = {"Authorization": "Bearer x", **shown(pem)}
        assert proxy.get("/oauth2/userinfo", headers=bearer).status_code == 401
    for pem in (key_of_strange_kind, dsa_key):
        assert enter(proxy, shown(pem)).status_code in {200, 401}
    raw = {"X-SSL-Client-Cert": "%ff%fe%zz", "X-SSL-Client-Verify": "SUCCESS"}
    assert enter(proxy, raw).status_code == 401
