"""Months and what is put together from them. A window is what one figure is computed over."""

import calendar
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from kernel.clock import VIETNAM
from mail_admin.rate.errors import MonthInvalid

MOST_DAYS = 31
"""The days of a window are the bits of one number."""
MONTHS_OF_YEAR = 12
REPORT_DAY = 10
"""Provinces report from 10 December to 10 December (99/2025/QĐ-UBND of Nghệ An)."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days one after the other, `ends_on` excluded; at most 31, so of at most two months."""

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if not 0 < self.days <= MOST_DAYS:
            raise ValueError(f"a window has 1 to {MOST_DAYS} days, got {self.days}")

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    @property
    def is_month(self) -> bool:
        return self.starts_on.day == 1 and self.ends_on == next_month(self.starts_on)

    @property
    def label(self) -> str:
        """`2026-11`, or the first and the last day."""
        if self.is_month:
            return f"{self.starts_on:%Y-%m}"
        return f"{self.starts_on}/{self.last_day}"

    def reference_day(self, today: date) -> date:
        """The day whose tree, places and statuses count: the last one, or today before that."""
        return min(self.last_day, max(today, self.starts_on))

    def before(self) -> "Window":
        """The window of the same form that ends where this one begins."""
        return Window(_month_before(self.starts_on), self.starts_on)


def midnight(day: date) -> datetime:
    """When the day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def next_month(day: date) -> date:
    """The same day of the month after; only for days that every month has."""
    year, month = divmod(day.year * MONTHS_OF_YEAR + day.month, MONTHS_OF_YEAR)
    return date(year, month + 1, day.day)


def _month_before(day: date) -> date:
    year, month = divmod(day.year * MONTHS_OF_YEAR + day.month - 2, MONTHS_OF_YEAR)
    return date(year, month + 1, day.day)


def month_window(day: date) -> Window:
    """The calendar month that a day is in."""
    first = day.replace(day=1)
    return Window(first, next_month(first))


def parse_month(text: str) -> Window:
    """`2026-11`. Raises MonthInvalid."""
    try:
        return month_window(datetime.strptime(text, "%Y-%m").replace(tzinfo=VIETNAM).date())
    except (ValueError, OverflowError):
        raise MonthInvalid(text) from None


class PeriodKind(enum.StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"
    YEAR_10_DECEMBER = "year-10-december"
    """From 10 December of the year before up to 10 December, in windows from 10th to 9th."""


LENGTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: MONTHS_OF_YEAR,
}


@dataclass(frozen=True, slots=True)
class Period:
    kind: PeriodKind
    windows: tuple[Window, ...]

    @property
    def starts_on(self) -> date:
        return self.windows[0].starts_on

    @property
    def ends_on(self) -> date:
        """Excluded."""
        return self.windows[-1].ends_on

    @property
    def label(self) -> str:
        year = self.windows[-1].starts_on.year
        if self.kind is PeriodKind.MONTH:
            return self.windows[0].label
        if self.kind in {PeriodKind.YEAR, PeriodKind.YEAR_10_DECEMBER}:
            return str(year)
        letter = "Q" if self.kind is PeriodKind.QUARTER else "H"
        return f"{year}-{letter}{(self.starts_on.month - 1) // LENGTHS[self.kind] + 1}"

    def before(self) -> "Period":
        """The one of the same kind before this one."""
        return period_of(self.kind, _in_period_before(self))


def _in_period_before(period: Period) -> date:
    if period.kind is PeriodKind.YEAR_10_DECEMBER:
        return date(period.ends_on.year - 1, 6, 1)
    return period.starts_on - timedelta(days=1)


def period_of(kind: PeriodKind, day: date) -> Period:
    """The period that a day is in; that of 10 December is the one that ends in the day's year."""
    if kind is PeriodKind.YEAR_10_DECEMBER:
        first, last = date(day.year - 1, 12, REPORT_DAY), date(day.year, 12, REPORT_DAY)
    else:
        length = LENGTHS[kind]
        month = (day.month - 1) // length * length + 1
        first = date(day.year, month, 1)
        last = first
        for _ in range(length):
            last = next_month(last)
    edges = [*_edges(first, last)]
    return Period(kind, tuple(Window(start, end) for start, end in pairwise(edges)))


def _edges(first: date, last: date) -> Iterator[date]:
    while first < last:
        yield first
        first = next_month(first)
    yield last


@dataclass(frozen=True, slots=True)
class MonthPart:
    """A calendar month whose row of masks has days that a question is about."""

    month: date
    """Its first day."""
    shift: int
    """Places to the left from bits of the month to bits of the window; to the right if negative."""
    in_window: bool
    recent: tuple[int, ...]
    """For each number of days asked for: the bits of those up to the reference day."""


def month_parts(window: Window, reference_day: date, recent: tuple[int, ...]) -> list[MonthPart]:
    """Every month with days of the window or among the recent ones, the latest first."""
    earliest = min(window.starts_on, reference_day - timedelta(days=max(recent) - 1))
    parts, month = [], window.last_day.replace(day=1)
    while next_month(month) > earliest:
        parts.append(
            MonthPart(
                month=month,
                shift=(month - window.starts_on).days,
                in_window=next_month(month) > window.starts_on,
                recent=tuple(
                    _bits(month, reference_day - timedelta(days=days - 1), reference_day)
                    for days in recent
                ),
            )
        )
        month = _month_before(month)
    return parts


def _bits(month: date, first: date, last: date) -> int:
    """Of the days from first to last, both counted, in the mask of a month."""
    length = calendar.monthrange(month.year, month.month)[1]
    low = max((first - month).days, 0)
    high = min((last - month).days + 1, length)
    return (1 << high) - (1 << low) if high > low else 0
