"""Tokens bound to a client certificate (RFC 8705 section 3)."""

import ssl
from base64 import urlsafe_b64encode
from hashlib import sha256


def certificate_thumbprint(certificate: bytes | str) -> str:
    """`x5t#S256` of a certificate in DER (bytes) or PEM (str). Raises ValueError if no PEM."""
    der = ssl.PEM_cert_to_DER_cert(certificate) if isinstance(certificate, str) else certificate
    return base64url(sha256(der).digest())


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
