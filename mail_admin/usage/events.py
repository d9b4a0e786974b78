"""What a source tells: events that always get the same id, whoever repeats them."""

import math
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from kernel.clock import office_day
from mail_admin.usage.models import EventKind

HOUR_SECONDS = 3600
MOST_AT_ONCE = 100_000
"""Messages that one event may stand for."""
MOST_BYTES = 2**50
LONGEST_NAME = 320
"""An address: 64 octets, the @ and 255 (RFC 5321 section 4.5.3.1)."""


class Observed(NamedTuple):
    """An event as its source knows it: by the name of a mailbox."""

    id: str
    """32 hexadecimal digits, of `event_id`."""
    at: float
    """Seconds since 1970."""
    name: str
    """A login or any address that the mailbox has or had."""
    kind: str
    amount: int = 1
    size: int = 0
    unless: str = ""
    """Not counted when this is a name of the same mailbox."""


class Counted(NamedTuple):
    """An event that belongs to a mailbox of ours and to a day."""

    day: date
    id: str
    at: float
    account_id: str
    kind: str
    amount: int
    size: int


class Limits(NamedTuple):
    """Between which moments an event is believed."""

    earliest: float
    latest: float


def event_id(*parts: str) -> str:
    """Of the source and of what identifies an event there."""
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def day_at(at: float) -> date:
    """The day in Vietnam; its offset is of whole hours, so a day is looked up by the hour."""
    return _day_of_hour(int(at // HOUR_SECONDS))


@lru_cache(maxsize=4096)
def _day_of_hour(hour: int) -> date:
    return office_day(datetime.fromtimestamp(hour * HOUR_SECONDS, UTC))


def plain_name(text: str) -> str | None:
    """As names are looked up; None for what can be none of ours, such as a password in its place.

    Only printable ASCII: neither NUL, which PostgreSQL refuses, nor lookalikes.
    """
    name = text.strip().lower()
    if not name or len(name) > LONGEST_NAME or not (name.isascii() and name.isprintable()):
        return None
    return name


def is_plausible(event: Observed) -> bool:
    if not math.isfinite(event.at) or event.kind not in KINDS:
        return False
    least = 0 if event.kind == EventKind.STORED else 1
    return least <= event.amount <= MOST_AT_ONCE and 0 <= event.size <= MOST_BYTES


KINDS = frozenset(kind.value for kind in EventKind)
