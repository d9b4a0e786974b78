"""Base 64 for addresses, cookies and tokens, without padding (RFC 7515 appendix C)."""

import base64


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Raises ValueError for every text that `encode` would not have made."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encode(raw) != text:  # bits of the last letter that count for nothing
        raise ValueError("not the only text for these bytes")
    return raw
