"""Moments as the province reads them, whatever the clock of the server is set to."""

from datetime import UTC, datetime

from theme.moments import moment_in_words

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # half past one in the morning of the 24th


def test_today_and_yesterday_are_days_of_vietnam() -> None:
    assert moment_in_words(datetime(2026, 11, 23, 17, 5, tzinfo=UTC), NOW).vi == "hôm nay, 00:05"
    early = moment_in_words(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), NOW)
    assert (early.vi, early.en) == ("hôm qua, 09:00", "yesterday, 09:00")


def test_other_days_are_written_out() -> None:
    told = moment_in_words(datetime(2026, 2, 1, 1, 0, tzinfo=UTC), NOW)
    assert (told.vi, told.en) == ("01/02/2026, 08:00", "1 February 2026, 08:00")
