"""The compact form of a signed JWT (RFC 7515 section 3.1), before anything in it is believed."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from congvu_sso.claims import parse_object
from congvu_sso.errors import (
    AlgorithmRefused,
    HeaderRefused,
    TokenMalformed,
    TokenTooLarge,
    TypeWrong,
)

SEGMENTS = 3
EXTERNAL_KEYS = frozenset({"jku", "x5u", "x5c", "crit"})
"""Header members by which a token would choose its own key or rules (RFC 8725 section 3.10)."""


@dataclass(frozen=True, slots=True)
class Compact:
    header: dict[str, Any]
    signed: bytes
    """Header and payload as they were signed."""
    payload: bytes
    signature: bytes

    def check_header(
        self, *, types: Collection[str], algorithms: Collection[str], refused: Collection[str]
    ) -> str:
        """The algorithm, after everything that needs no key was checked.

        Raises HeaderRefused, AlgorithmRefused, TypeWrong.
        """
        if not self.header.keys().isdisjoint(refused):
            raise HeaderRefused
        algorithm = self.header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in algorithms:
            raise AlgorithmRefused
        kind = self.header.get("typ")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in types:
            raise TypeWrong
        return algorithm


def read_compact(token: str, limit_bytes: int) -> Compact:
    """Raises TokenTooLarge, TokenMalformed."""
    if len(token) > limit_bytes:
        raise TokenTooLarge
    if not token.isascii():
        raise TokenMalformed
    segments = token.encode().split(b".", SEGMENTS)
    if len(segments) != SEGMENTS:
        raise TokenMalformed
    header, payload, signature = segments
    return Compact(
        header=parse_object(decode_segment(header)),
        signed=header + b"." + payload,
        payload=decode_segment(payload),
        signature=decode_segment(signature),
    )


def encode_segment(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_segment(segment: bytes) -> bytes:
    """Only in its one canonical spelling. Raises TokenMalformed."""
    try:
        data = urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    except binascii.Error:
        raise TokenMalformed from None
    if encode_segment(data).encode() != segment:  # decoding passes over what does not belong
        raise TokenMalformed
    return data
