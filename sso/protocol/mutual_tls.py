"""Client certificates: as authentication and as what tokens are bound to (RFC 8705)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from authlib.oauth2.rfc6749.errors import InvalidClientError
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sso.clients.description import ClientDescription

LONGEST_CERTIFICATE = 16_384


class CertificateUnreadable(InvalidClientError):
    def __init__(self) -> None:
        super().__init__(description="The client certificate cannot be read.", status_code=401)


def from_proxy(header: str) -> str:
    """What nginx's $ssl_client_escaped_cert says, as PEM."""
    return unquote(header)


def thumbprint_of(certificate: str | None) -> str | None:
    """`x5t#S256`: base64url of the SHA-256 of the DER form. Raises CertificateUnreadable."""
    if certificate is None:
        return None
    der = _parse(certificate).public_bytes(Encoding.DER)
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def is_of(certificate: str, description: ClientDescription) -> bool:
    """Whether it names the registered subject; its chain was verified by the proxy."""
    parsed = _parse(certificate)
    if description.tls_client_auth_subject_dn is not None:
        try:
            expected = x509.Name.from_rfc4514_string(description.tls_client_auth_subject_dn)
        except ValueError:
            return False
        return parsed.subject == expected
    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    return description.tls_client_auth_san_dns in names.get_values_for_type(x509.DNSName)


def is_among(certificate: str, keys: Iterable[Any]) -> bool:
    """Whether its key is one of the registered ones (RFC 8705 section 2.2)."""
    shown = _spki(_parse(certificate).public_key())
    return any(hmac.compare_digest(shown, _spki(key.public_key)) for key in keys)


def _spki(key: Any) -> bytes:
    spki: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return spki


def _parse(certificate: str) -> x509.Certificate:
    if len(certificate) > LONGEST_CERTIFICATE:
        raise CertificateUnreadable
    try:
        return x509.load_pem_x509_certificate(certificate.encode())
    except ValueError as error:
        raise CertificateUnreadable from error
