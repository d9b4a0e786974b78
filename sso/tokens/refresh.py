"""The text of refresh tokens: a grant, a generation and a keyed hash of both.

Nothing about it is stored, so nothing can be stolen from the database; a forged one is known
without asking the database; and the token of any generation can be made again, which lets a
client whose answer was lost on the way have the same answer once more.
"""

import hmac
import struct
from dataclasses import dataclass
from uuid import UUID

from kernel import base64url
from kernel.encryption import KeyRing

PREFIX = "cvr_"
_LAYOUT = struct.Struct(">16sI32s")
TEXT_LENGTH = len(PREFIX) + -(-_LAYOUT.size * 4 // 3)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    grant_id: UUID
    generation: int


class RefreshTokens:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def encode(self, token: RefreshToken) -> str:
        raw = _LAYOUT.pack(token.grant_id.bytes, token.generation, self._digest(token))
        return PREFIX + base64url.encode(raw)

    def decode(self, text: str) -> RefreshToken | None:
        """None for whatever we did not make."""
        if not text.startswith(PREFIX) or len(text) != TEXT_LENGTH or not text.isascii():
            return None
        try:
            raw = base64url.decode(text.removeprefix(PREFIX))
        except ValueError:
            return None
        identifier, generation, digest = _LAYOUT.unpack(raw)
        token = RefreshToken(UUID(bytes=identifier), generation)
        return token if hmac.compare_digest(digest, self._digest(token)) else None

    def _digest(self, token: RefreshToken) -> bytes:
        return self._ring.index(f"{token.grant_id.hex}.{token.generation}", "refresh-token")
