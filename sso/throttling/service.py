"""Growing delays for guessing, which nobody can turn into a lock-out of somebody else.

An attempt is counted before the password is looked at, in one statement, so that a hundred
guesses at once are a hundred guesses. What strangers type is counted against strangers; a browser
that the person signed in with before has a count of its own (OWASP: device cookies).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from kernel.encryption import KeyRing
from kernel.errors import TooMany
from sso.throttling.models import Throttle
from sso.throttling.networks import network_of

FORGOTTEN_AFTER = timedelta(hours=24)

COUNT = text(
    """
    INSERT INTO sso_throttle AS known (key, failures, failed_at, free_at)
    VALUES (:key, 1, :now, :now)
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN known.failed_at < :forgotten THEN 1 ELSE known.failures + 1 END,
        failed_at = :now,
        free_at = CASE
            WHEN known.failed_at < :forgotten OR known.failures + 1 < :free
                THEN CAST(:now AS timestamptz)
            ELSE :now + make_interval(secs => least(
                :longest, power(2, least(known.failures + 1 - :free, 20))
            ))
        END
    WHERE known.free_at <= :now
    RETURNING failures
    """
)


TAKE_BACK = text(
    """
    UPDATE sso_throttle SET failures = failures - 1,
        free_at = CASE WHEN failures - 1 < :free THEN :now ELSE free_at END
    WHERE key = :key AND failures > 0
    """
)


class TooManyAttempts(TooMany):
    code = "too-many-attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Đã thử quá nhiều lần; hãy thử lại sau {seconds} giây.",
            f"Too many attempts; try again in {seconds} seconds.",
            seconds=seconds,
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """What is counted together, and how it slows down."""

    key: bytes
    free: int
    """Attempts without delay."""
    longest_seconds: int


class Throttling:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def of_login(self, identifier: str) -> Limit:
        """By strangers, under what they typed, whatever the domain.

        Counted by account, the delay would tell that a login and an alias are of one, and so that
        there is one.
        """
        typed = normalize("NFC", identifier).strip().lower()
        name = typed.rpartition("@")[0] or typed
        return Limit(self._key("login", name), free=5, longest_seconds=60)

    def of_device(self, account_id: str, device: str) -> Limit:
        return Limit(self._key("device", f"{account_id}\0{device}"), free=10, longest_seconds=300)

    def of_address(self, address: str, now: datetime) -> Limit:
        """Generous, and anew every hour: a whole office sits behind one address."""
        return Limit(self._place(f"address\0{now:%Y%m%d%H}", address), 100, longest_seconds=300)

    def of_code(self, address: str) -> Limit:
        """User codes of devices are short: guessing them is slowed down early."""
        return Limit(self._key("code", address), free=10, longest_seconds=900)

    def of_registration(self, address: str) -> Limit:
        """Tokens that nobody gave out, shown to the registration of clients."""
        return Limit(self._place("registration", address), free=20, longest_seconds=300)

    def of_current_password(self, account_id: str) -> Limit:
        """Asked for on the page that changes it, of whoever holds a session."""
        return Limit(self._key("current", account_id), free=5, longest_seconds=300)

    def of_forgetting(self, address: str) -> Limit:
        """Requests for mails: each of them may send one."""
        return Limit(self._place("forgotten", address), free=20, longest_seconds=900)

    def _place(self, kind: str, address: str) -> bytes:
        return self._key(kind, network_of(address))

    def _key(self, kind: str, value: str) -> bytes:
        return self._ring.index(f"{kind}\0{value}", "throttle")


def count_attempt(session: Session, limits: Sequence[Limit], *, now: datetime) -> None:
    """Raises TooManyAttempts, with the time to wait."""
    for limit in limits:
        values = {
            "key": limit.key,
            "now": now,
            "forgotten": now - FORGOTTEN_AFTER,
            "free": limit.free,
            "longest": limit.longest_seconds,
        }
        if session.execute(COUNT, values).first() is None:
            free_at = session.scalar(select(Throttle.free_at).where(Throttle.key == limit.key))
            wait = (free_at - now).total_seconds() if free_at else 1
            raise TooManyAttempts(max(1, round(wait)))


def forget_attempts(session: Session, limits: Sequence[Limit]) -> None:
    """After a success."""
    keys = [limit.key for limit in limits]
    session.execute(
        delete(Throttle).where(Throttle.key.in_(keys)).execution_options(synchronize_session=False)
    )


def take_back_attempts(session: Session, limits: Sequence[Limit], *, now: datetime) -> None:
    """After a success that says nothing about the other attempts that are counted with it."""
    for limit in limits:
        session.execute(TAKE_BACK, {"key": limit.key, "free": limit.free, "now": now})
