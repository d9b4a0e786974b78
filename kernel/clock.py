"""The present moment, handed in so that tests can choose it, and the province's calendar."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def utc_now() -> datetime:
    return datetime.now(UTC)


def office_day(moment: datetime) -> date:
    """The calendar day in Vietnam: what decisions and validity periods are dated by."""
    return moment.astimezone(VIETNAM).date()


def office_time(moment: datetime) -> str:
    """To the minute, by the clocks of Vietnam and as offices there write it: 23/11/2026 09:05."""
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def start_of_office_day(day: date) -> datetime:
    """The moment at which a calendar day begins in Vietnam."""
    return datetime.combine(day, time(), VIETNAM)
