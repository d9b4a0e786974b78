"""Moments as logs write them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache


@lru_cache(maxsize=1024)
def iso_moment(text: str) -> float | None:
    """Seconds since 1970; None unless the text says which zone it means."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


class YearlessTimes:
    """`Nov 27 23:52:50`, as syslog writes it: of the year in which it is not in the future."""

    def __init__(self, zone: tzinfo, clock: Callable[[], datetime]) -> None:
        self._zone = zone
        self._clock = clock
        self._last: tuple[str, float | None] = ("", None)

    def moment(self, text: str) -> float | None:
        if text != self._last[0]:
            self._last = (text, self._parse(text))
        return self._last[1]

    def _parse(self, text: str) -> float | None:
        latest = self._clock() + timedelta(days=1)
        for year in (latest.astimezone(self._zone).year, latest.astimezone(self._zone).year - 1):
            try:
                moment = datetime.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S")  # noqa: DTZ007
            except ValueError:  # no date, or 29 February of another year
                continue
            moment = moment.replace(tzinfo=self._zone)
            if moment <= latest:
                return moment.timestamp()
        return None


ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
DIGITS = {letter: number for number, letter in enumerate(ALPHABET)}
MICROSECOND_DIGITS, LEAST_SECOND_DIGITS = 4, 6
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
"""A longer number is no time, and none that PostgreSQL could store."""


def queued_at(queue_id: str) -> float | None:
    """When Postfix took a message, as its long queue ids tell (postconf: enable_long_queue_ids).

    Seconds and microseconds in base 52, without vowels, before the `z` that separates the inode.
    """
    head, separator, _ = queue_id.rpartition("z")
    if not separator or len(head) < LEAST_SECOND_DIGITS + MICROSECOND_DIGITS:
        return None
    try:
        seconds = _number(head[:-MICROSECOND_DIGITS])
        microseconds = _number(head[-MICROSECOND_DIGITS:])
    except KeyError:
        return None
    return seconds + microseconds / 1e6 if EARLIEST < seconds < LATEST else None


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(ALPHABET) + DIGITS[digit]
    return number
