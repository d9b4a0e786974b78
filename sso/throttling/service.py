"""Growing delays for guessing, which nobody can turn into a lock-out of somebody else.

An attempt is counted before the password is looked at, in one statement, so that a hundred
guesses at once are a hundred guesses. Only a whole address is counted when a password was wrong:
an office that comes to work has hundreds of right ones on their way. What strangers type is
counted against strangers; a browser that the person signed in with before has a count of its own
(OWASP: device cookies).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kernel.database import Asked, ask
from kernel.encryption import KeyRing
from kernel.errors import TooMany
from sso.throttling.models import Throttle
from sso.throttling.networks import network_of

FORGOTTEN_AFTER = timedelta(hours=24)

COUNT = """
    WITH asked AS (
        SELECT * FROM unnest(
            %(keys)s::bytea[], %(free)s::int[], %(longest)s::int[]
        ) AS asked(key, free, longest)
    ), waiting AS (
        SELECT max(free_at) AS until FROM sso_throttle
        WHERE key = ANY(%(all)s::bytea[]) AND free_at > %(now)s
    ), counted AS (
        INSERT INTO sso_throttle AS known (key, failures, failed_at, free_at)
        SELECT key, 1, %(now)s, %(now)s FROM asked WHERE (SELECT until FROM waiting) IS NULL
        ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
            failures = CASE WHEN known.failed_at < %(forgotten)s THEN 1 ELSE known.failures + 1 END,
            failed_at = %(now)s,
            free_at = (
                SELECT %(now)s + make_interval(secs => CASE
                    WHEN known.failed_at < %(forgotten)s OR known.failures + 1 < free THEN 0
                    ELSE least(longest, power(2, least(known.failures + 1 - free, 20)))
                END)
                FROM asked WHERE asked.key = known.key
            )
        WHERE known.free_at <= %(now)s
        RETURNING key
    )
    SELECT (SELECT until FROM waiting), (SELECT count(*) FROM counted)
"""


SUCCEED = """
    WITH forgotten AS (
        DELETE FROM sso_throttle WHERE key = ANY(%(forget)s::bytea[])
    ), taken_back AS (
        UPDATE sso_throttle SET failures = failures - 1, free_at = CASE
            WHEN failures <= (
                SELECT free FROM unnest(%(keys)s::bytea[], %(free)s::int[])
                    AS asked(key, free) WHERE asked.key = sso_throttle.key
            ) THEN %(now)s ELSE free_at
        END
        WHERE key = ANY(%(keys)s::bytea[]) AND failures > 0
    )
    SELECT max(free_at) FROM sso_throttle
    WHERE key = ANY(%(looked_at)s::bytea[]) AND free_at > %(now)s
"""


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

    def of_login_from(self, identifier: str, address: str) -> Limit:
        """By strangers, under what they typed, from one place: nobody elsewhere has to wait."""
        place = network_of(address)
        key = self._key("login", f"{_name_in(identifier)}\0{place}")
        return Limit(key, free=5, longest_seconds=60)

    def of_login(self, identifier: str) -> Limit:
        """By strangers wherever they are. Short, since the person may be one of them."""
        return Limit(self._key("login", _name_in(identifier)), free=100, longest_seconds=10)

    def of_device(self, account_id: UUID, device: str) -> Limit:
        return Limit(self._key("device", f"{account_id}\0{device}"), free=10, longest_seconds=300)

    def of_address(self, address: str, now: datetime) -> Limit:
        """Wrong passwords, anew every hour: a whole office sits behind one address."""
        return Limit(self._hourly("address", address, now), free=100, longest_seconds=300)

    def of_code(self, account_id: UUID) -> Limit:
        """User codes of devices are short: guessing them is slowed down early."""
        return Limit(self._key("code", str(account_id)), free=10, longest_seconds=900)

    def of_registration(self, address: str) -> Limit:
        """Tokens that nobody gave out, shown to the registration of clients."""
        return Limit(self._key("registration", network_of(address)), free=20, longest_seconds=300)

    def of_current_password(self, account_id: UUID) -> Limit:
        """Asked for on the page that changes it, of whoever holds a session."""
        return Limit(self._key("current", str(account_id)), free=5, longest_seconds=300)

    def of_forgetting(self, address: str, now: datetime) -> Limit:
        """Requests for mails, anew every hour: each of them may send one."""
        return Limit(self._hourly("forgotten", address, now), free=20, longest_seconds=900)

    def _hourly(self, kind: str, address: str, now: datetime) -> bytes:
        return self._key(kind, f"{now:%Y%m%d%H}\0{network_of(address)}")

    def _key(self, kind: str, value: str) -> bytes:
        return self._ring.index(f"{kind}\0{value}", "throttle")


def _name_in(identifier: str) -> str:
    """Whatever the domain.

    Counted by account, the delay would tell that a login and an alias are of one, and so that
    there is one.
    """
    typed = normalize("NFC", identifier).strip().lower()
    return typed.rpartition("@")[0] or typed


def count_attempt(
    asked: Asked, limits: Sequence[Limit], *, look_at: Sequence[Limit] = (), now: datetime
) -> None:
    """One statement. Raises TooManyAttempts, with the time to wait.

    `look_at` are not counted, or counted once the attempt has failed.
    """
    keys = _keys(limits)
    values = {
        "keys": keys,
        "free": [limit.free for limit in limits],
        "longest": [limit.longest_seconds for limit in limits],
        "all": keys + _keys(look_at),
        "now": now,
        "forgotten": now - FORGOTTEN_AFTER,
    }
    ((until, counted),) = ask(asked, COUNT, values)
    _check(until, now)
    if counted < len(limits):  # somebody else's came in between, and was the last for one of them
        raise TooManyAttempts(1)


def forget_attempts(session: Session, limits: Sequence[Limit]) -> None:
    """After a success."""
    statement = delete(Throttle).where(Throttle.key.in_(_keys(limits)))
    session.execute(statement.execution_options(synchronize_session=False))


def note_success(
    asked: Asked,
    *,
    forget: Sequence[Limit],
    take_back: Sequence[Limit],
    look_at: Sequence[Limit],
    now: datetime,
) -> None:
    """`take_back`: the success says nothing about the other attempts that are counted there.

    Raises TooManyAttempts as count_attempt does: many that began together end one by one.
    """
    values = {
        "forget": _keys(forget),
        "keys": _keys(take_back),
        "free": [limit.free for limit in take_back],
        "looked_at": _keys(look_at),
        "now": now,
    }
    ((until,),) = ask(asked, SUCCEED, values)
    _check(until, now)


def _keys(limits: Sequence[Limit]) -> list[bytes]:
    return [limit.key for limit in limits]


def _check(until: datetime | None, now: datetime) -> None:
    if until is not None:
        raise TooManyAttempts(max(1, round((until - now).total_seconds())))
