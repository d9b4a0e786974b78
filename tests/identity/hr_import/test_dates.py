from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.hr_import.dates import EPOCH_1900, EPOCH_1904, parse_birth_date, parse_date
from identity.hr_import.table import Cell
from identity.people.ages import age

DAY = date(1977, 6, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "5/6/1977",
        "05/06/1977",
        "05.06.1977",
        "5-6-1977",
        "1977-06-05",
        "1977/6/5",
        "5 / 6 / 1977",
        " 05/06/1977 ",
        "'05/06/1977",
        "05/06/1977 00:00:00",
        "1977-06-05T00:00:00",
        "ngày 5 tháng 6 năm 1977",
        "Ngày 05 tháng 06 năm 1977",
        "5 tháng 6, 1977",
        "5/6/77",
        "28281",
        28281,
        28281.5,
        DAY,
        datetime(1977, 6, 5, 10, 30),  # noqa: DTZ001  # spreadsheets know no time zone
    ],
)
def test_a_birth_date_is_read_in_every_usual_form(cell: Cell, today: date) -> None:
    assert parse_birth_date(cell, today) == DAY


@pytest.mark.parametrize(
    "cell",
    [
        "1977",
        1977,
        1977.0,
        "31/02/1980",
        "00/05/1980",
        "10/15/1970",
        "5/1977",
        "5/6-1977",
        "5/6/977",
        "05061977",
        "1/1/2030",
        "1/1/2012",
        "1/1/1930",
        "?",
        "",
        None,
        True,
        -5,
        float("nan"),
        float("inf"),
        6177385321,
    ],
)
def test_what_is_no_whole_or_likely_birth_date_is_not_guessed(cell: Cell, today: date) -> None:
    assert parse_birth_date(cell, today) is None


def test_two_digits_of_a_year_mean_the_century_that_gives_a_working_age(today: date) -> None:
    assert parse_birth_date("1/2/85", today) == date(1985, 2, 1)
    assert parse_birth_date("1/2/05", today) == date(2005, 2, 1)
    assert parse_birth_date("1/2/20", today) is None


def test_the_limits_of_age_are_birthdays(today: date) -> None:
    assert age(date(2011, 6, 1), today) == 15
    assert parse_birth_date(date(2011, 6, 1), today) is not None
    assert parse_birth_date(date(2011, 6, 2), today) is None


@given(st.dates(date(1950, 1, 1), date(2010, 12, 31)))
def test_every_day_survives_every_form(day: date) -> None:
    forms = [f"{day:%d/%m/%Y}", f"{day.day}.{day.month}.{day.year}", day.isoformat()]
    assert {parse_date(form) for form in forms} == {day}
    assert parse_date((day - EPOCH_1900).days) == day
    assert parse_date((day - EPOCH_1904).days, starts_1904=True) == day
    assert parse_date((day - EPOCH_1900) / timedelta(days=1) + 0.25) == day


@given(st.text(max_size=30) | st.floats() | st.integers())
def test_nothing_else_raises(cell: Cell) -> None:
    parse_date(cell)
