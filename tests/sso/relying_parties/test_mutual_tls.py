"""Machines that prove themselves by client certificates, verified by nginx (RFC 8705)."""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey

from tests.support.certificates import Authority, KeyPair
from tests.support.nginx import running_nginx
from tests.support.ports import free_port
from tests.support.provider import Provider
from tests.support.scratch import scratch_folder
from tests.support.tls_provider import TlsProvider, front_server

MACHINE = "lgsp.backan.gov.vn"


@pytest.fixture
def certificate(tls_provider: TlsProvider) -> KeyPair:
    return tls_provider.authority.for_client("lgsp", MACHINE)


@pytest.fixture
def client_id(tls_provider: TlsProvider) -> str:
    return tls_provider.provider.register(
        "lgsp",
        grant_types=["client_credentials"],
        response_types=[],
        scope=["records"],
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_san_dns=MACHINE,
        tls_client_certificate_bound_access_tokens=True,
    ).client_id


def ask(
    provider: TlsProvider,
    client_id: str,
    certificate: KeyPair | None = None,
    headers: Any = None,
    address: str | None = None,
) -> httpx.Response:
    return httpx.post(
        f"{address or provider.provider.issuer}/oauth2/token",
        data={"grant_type": "client_credentials", "client_id": client_id},
        headers=headers,
        verify=provider.trust(certificate),
    )


def body_of(token: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_the_token_is_bound_to_the_certificate(
    tls_provider: TlsProvider, client_id: str, certificate: KeyPair
) -> None:
    answer = ask(tls_provider, client_id, certificate)
    assert answer.status_code == 200, answer.text
    parsed = x509.load_pem_x509_certificate(certificate.certificate.read_bytes())
    digest = hashlib.sha256(parsed.public_bytes(Encoding.DER)).digest()
    thumbprint = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert body_of(answer.json()["access_token"])["cnf"] == {"x5t#S256": thumbprint}


def test_what_works_is_announced(tls_provider: TlsProvider, provider: Provider) -> None:
    """Where no proxy tells of certificates, nobody is told to show one."""
    path = "/.well-known/oauth-authorization-server"
    told = httpx.get(f"{tls_provider.provider.web}{path}").json()
    assert told["tls_client_certificate_bound_access_tokens"] is True
    assert "tls_client_auth" in told["token_endpoint_auth_methods_supported"]
    assert "self_signed_tls_client_auth" in told["introspection_endpoint_auth_methods_supported"]
    other = httpx.get(f"{provider.web}{path}").json()
    assert other["tls_client_certificate_bound_access_tokens"] is False
    assert "tls" not in str(other["token_endpoint_auth_methods_supported"])


def test_no_certificate_no_token(tls_provider: TlsProvider, client_id: str) -> None:
    assert ask(tls_provider, client_id).json()["error"] == "invalid_client"


def test_the_certificate_of_another_machine_is_refused(
    tls_provider: TlsProvider, client_id: str
) -> None:
    other = tls_provider.authority.for_client("other", "other.backan.gov.vn")
    assert ask(tls_provider, client_id, other).json()["error"] == "invalid_client"


def test_a_certificate_of_a_strange_authority_is_refused(
    tls_provider: TlsProvider, client_id: str
) -> None:
    with scratch_folder() as folder:
        strange = Authority(folder).for_client("lgsp", MACHINE)
        assert ask(tls_provider, client_id, strange).status_code in {400, 401}


def test_a_header_of_the_client_is_no_certificate(
    tls_provider: TlsProvider, client_id: str, certificate: KeyPair
) -> None:
    pem = quote(certificate.certificate.read_text())
    forged = {"X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-Cert": pem}
    assert ask(tls_provider, client_id, headers=forged).json()["error"] == "invalid_client"
    other = tls_provider.authority.for_client("third", "third.backan.gov.vn")
    refused = ask(tls_provider, client_id, other, headers=forged)
    assert refused.json()["error"] == "invalid_client"


@pytest.fixture
def lenient(tls_provider: TlsProvider) -> Iterator[str]:
    """A front that lets clients show certificates that no authority of ours vouches for."""
    port = free_port()
    with scratch_folder() as folder:
        authority = Authority(folder)
        front = front_server(
            port,
            tls_provider.provider.web,
            tls_provider.authority.for_server("localhost"),
            authority.file,
            verify="optional_no_ca",
        )
        with running_nginx(folder, front, port=port):
            yield f"https://localhost:{port}"


def key_of(certificate: KeyPair) -> dict[str, Any]:
    parsed = x509.load_pem_x509_certificate(certificate.certificate.read_bytes())
    pem = parsed.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return dict(ECKey.import_key(pem).as_dict(private=False))


def test_a_certificate_that_nobody_vouches_for_proves_its_registered_key_alone(
    tls_provider: TlsProvider, client_id: str, lenient: str
) -> None:
    with scratch_folder() as folder:
        strange = Authority(folder)
        own, other = strange.for_client("lgsp", MACHINE), strange.for_client("other", MACHINE)
        registered = tls_provider.provider.register(
            "self-signed",
            grant_types=["client_credentials"],
            response_types=[],
            scope=["records"],
            token_endpoint_auth_method="self_signed_tls_client_auth",
            jwks={"keys": [key_of(own)]},
        ).client_id
        assert ask(tls_provider, registered, own, address=lenient).status_code == 200
        refused = ask(tls_provider, registered, other, address=lenient)
        assert refused.json()["error"] == "invalid_client"
        by_name = ask(tls_provider, client_id, own, address=lenient)
        assert by_name.json()["error"] == "invalid_client"
