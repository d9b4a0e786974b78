"""Between a right password that opens nothing any more and the choice of another one.

What the browser keeps meanwhile is sealed: whose password was right, which one, and when. It
works once, since it speaks of a password that is a former one as soon as another is chosen.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fastapi import Request, Response

from identity.accounts.models import Account
from identity.accounts.queries import AccountForSignIn
from kernel import base64url
from kernel.encryption import KeyRing, Unsealable
from kernel.tokens import token_hash
from sso.sessions.cookies import read_cookie

COOKIE = "__Host-congvu-new-password"
LIFETIME = timedelta(minutes=15)
CLOCKS_APART = timedelta(minutes=1)
CONTEXT = "sso password step"
MOMENT_BYTES, UUID_BYTES, DIGEST_BYTES = 8, 16, 32
SEALED_BYTES = range(MOMENT_BYTES + UUID_BYTES + DIGEST_BYTES, 200)


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who has just shown the right password."""

    account_id: UUID
    digest: bytes
    """Of the hash that the password was compared with."""

    def is_still(self, account: Account) -> bool:
        """Whether the account has the same password as then."""
        return hmac.compare_digest(self.digest, token_hash(account.password_hash or ""))


class PasswordStep:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, account: Account | AccountForSignIn, now: datetime) -> str:
        """The value of the cookie."""
        moment = int(now.timestamp()).to_bytes(MOMENT_BYTES, "big")
        content = moment + account.id.bytes + token_hash(account.password_hash or "")
        return base64url.encode(self._ring.seal(content, CONTEXT))

    def open(self, cookie: str | None, now: datetime) -> Proven | None:
        """None for what is too old or not ours."""
        content = self._unsealed(cookie)
        if content is None:
            return None
        moment = datetime.fromtimestamp(int.from_bytes(content[:MOMENT_BYTES], "big"), UTC)
        if not -CLOCKS_APART <= now - moment <= LIFETIME:
            return None
        account_id, digest = content[MOMENT_BYTES:-DIGEST_BYTES], content[-DIGEST_BYTES:]
        return Proven(UUID(bytes=account_id), digest)

    def _unsealed(self, cookie: str | None) -> bytes | None:
        try:
            sealed = base64url.decode(cookie or "")
            if len(sealed) not in SEALED_BYTES:
                return None
            return self._ring.open(sealed, CONTEXT)
        except (ValueError, Unsealable):
            return None


def step_of(request: Request) -> str | None:
    return read_cookie(request, COOKIE)


def set_step(response: Response, sealed: str) -> None:
    seconds = int(LIFETIME.total_seconds())
    response.set_cookie(
        COOKIE, sealed, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
    )


def forget_step(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
