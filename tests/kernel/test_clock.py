"""Days and times of offices are those of Vietnam, whatever the clock of the server is set to."""

from datetime import UTC, date, datetime

from kernel.clock import office_day, office_time

LATE = datetime(2026, 11, 23, 17, 5, 59, tzinfo=UTC)


def test_the_evening_in_greenwich_is_the_next_day_of_offices() -> None:
    assert office_day(LATE) == date(2026, 11, 24)
    assert office_time(LATE) == "24/11/2026 00:05"
