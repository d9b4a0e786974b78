"""Client certificates: as authentication and as what tokens are bound to (RFC 8705)."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from authlib.oauth2.rfc6749.errors import InvalidClientError
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kernel import base64url
from sso.clients.description import ClientDescription

LONGEST_CERTIFICATE = 16_384
CERTIFICATE = "client_certificate"
"""Where the state of a request holds a `ShownCertificate`, set where proxies are known."""
VERIFIED = "SUCCESS"
"""What nginx and Apache call a chain that ends at an authority they trust."""


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """The client certificate of a connection: whoever is there has its private key."""

    pem: str
    is_verified: bool
    """Whether an authority that the proxy trusts vouches for the names in it."""


MISSHAPEN = (
    ValueError,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)


class CertificateUnreadable(InvalidClientError):
    def __init__(self) -> None:
        super().__init__(description="The client certificate cannot be read.", status_code=401)


def shown_by_proxy(escaped: str, verdict: str) -> ShownCertificate | None:
    """What nginx's $ssl_client_escaped_cert and $ssl_client_verify say.

    The handshake fails without the private key, whatever the verdict on the chain is.
    """
    if not escaped or verdict == "NONE":
        return None
    return ShownCertificate(unquote(escaped[: 3 * LONGEST_CERTIFICATE]), verdict == VERIFIED)


def thumbprint_of(certificate: ShownCertificate | None) -> str | None:
    """`x5t#S256`: base64url of the SHA-256 of the DER form. Raises CertificateUnreadable."""
    if certificate is None:
        return None
    der = _parse(certificate).public_bytes(Encoding.DER)
    return base64url.encode(hashlib.sha256(der).digest())


def is_of(certificate: ShownCertificate, description: ClientDescription) -> bool:
    """Whether it names the registered subject and somebody vouches for that."""
    if not certificate.is_verified:
        return False
    parsed = _parse(certificate)
    if description.tls_client_auth_subject_dn is not None:
        try:
            expected = x509.Name.from_rfc4514_string(description.tls_client_auth_subject_dn)
        except ValueError:
            return False
        return parsed.subject == expected
    return description.tls_client_auth_san_dns in _names(parsed)


def _names(parsed: x509.Certificate) -> list[str]:
    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    except MISSHAPEN as error:
        raise CertificateUnreadable from error
    return names.get_values_for_type(x509.DNSName)


def is_among(certificate: ShownCertificate, keys: Iterable[Any]) -> bool:
    """Whether its key is one of the registered ones, whoever signed it (RFC 8705 section 2.2)."""
    try:
        shown = _spki(_parse(certificate).public_key())
    except MISSHAPEN as error:
        raise CertificateUnreadable from error
    return any(hmac.compare_digest(shown, _spki(key.public_key)) for key in keys)


def _spki(key: Any) -> bytes:
    spki: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return spki


def _parse(certificate: ShownCertificate) -> x509.Certificate:
    if len(certificate.pem) > LONGEST_CERTIFICATE:
        raise CertificateUnreadable
    try:
        return x509.load_pem_x509_certificate(certificate.pem.encode())
    except ValueError as error:
        raise CertificateUnreadable from error
