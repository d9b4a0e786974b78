"""Tokens bound to a client certificate (RFC 8705 section 3)."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from congvu_sso import CertificateMissing, CertificateWrong, Verifier, certificate_thumbprint
from tests.support.token_issuer import TokenIssuer


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lgsp")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


@pytest.fixture
def token(issuer: TokenIssuer, certificate: x509.Certificate) -> str:
    digest = sha256(certificate.public_bytes(Encoding.DER)).digest()
    thumbprint = urlsafe_b64encode(digest).rstrip(b"=").decode()
    return issuer.access_token(cnf={"x5t#S256": thumbprint})


def test_the_owner_of_the_certificate_may_use_the_token(
    verifier: Verifier, token: str, certificate: x509.Certificate
) -> None:
    verifier.verify_access_token(token, certificate=certificate.public_bytes(Encoding.DER))
    verifier.verify_access_token(token, certificate=certificate.public_bytes(Encoding.PEM).decode())


def test_nobody_else_may(verifier: Verifier, token: str) -> None:
    with pytest.raises(CertificateMissing):
        verifier.verify_access_token(token)
    for wrong in (b"", b"another certificate", "no certificate", ""):
        with pytest.raises(CertificateWrong):
            verifier.verify_access_token(token, certificate=wrong)


def test_a_certificate_beside_an_unbound_token_does_no_harm(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    verifier.verify_access_token(issuer.access_token(), certificate=b"for other purposes")


def test_a_thumbprint_is_that_of_the_whole_certificate(certificate: x509.Certificate) -> None:
    expected = certificate.fingerprint(hashes.SHA256())
    thumbprint = certificate_thumbprint(certificate.public_bytes(Encoding.DER))
    assert thumbprint == urlsafe_b64encode(expected).rstrip(b"=").decode()
