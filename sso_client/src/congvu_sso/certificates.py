"""Tokens bound to a client certificate (RFC 8705 section 3)."""

import ssl
from hashlib import sha256

from congvu_sso.compact import encode_segment


def certificate_thumbprint(certificate: bytes | str) -> str:
    """`x5t#S256` of a certificate in DER (bytes) or PEM (str). Raises ValueError if no PEM."""
    der = ssl.PEM_cert_to_DER_cert(certificate) if isinstance(certificate, str) else certificate
    return encode_segment(sha256(der).digest())
