"""What a browser keeps while it is away at the sign-in page: sealed, for ten minutes."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from kernel import base64url
from kernel.encryption import KeyRing, Unsealable

LIFETIME = timedelta(minutes=10)
CONTEXT = "console sign-in step"


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Step:
    back: str
    """Path of the console to go to afterwards, with its query."""
    began_at: int
    """Seconds since the epoch."""
    state: str = field(default_factory=_random)
    nonce: str = field(default_factory=_random)
    verifier: str = field(default_factory=_random)
    """Of PKCE (RFC 7636)."""

    def seal(self, ring: KeyRing) -> str:
        return base64url.encode(ring.seal(json.dumps(asdict(self)).encode(), CONTEXT))

    @classmethod
    def open(cls, value: str | None, ring: KeyRing, now: datetime) -> "Step | None":
        """None for what is too old or not ours."""
        if not value:
            return None
        try:
            step = cls(**json.loads(ring.open(base64url.decode(value), CONTEXT)))
        except (ValueError, IndexError, Unsealable):
            return None
        age = now - datetime.fromtimestamp(step.began_at, UTC)
        return step if timedelta(minutes=-1) <= age <= LIFETIME else None
