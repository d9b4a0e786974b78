"""Dates as people type them into spreadsheets: always day before month."""

import re
from datetime import date, datetime, timedelta

from identity.hr_import.table import Cell
from identity.names.text import clean
from identity.people.ages import is_of_working_age

DAY_FIRST = re.compile(r"(\d{1,2})\s*([/.\-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
IN_WORDS = re.compile(
    r"(?:sinh\s+)?(?:ngày\s+)?(\d{1,2})\s*tháng\s*(\d{1,2})\s*(?:năm|,)?\s*(\d{4})", re.IGNORECASE
)
MIDNIGHT = re.compile(r"(?:[ T]+0{1,2}:00(?::00(?:\.0+)?)?(?:Z)?(?: [AS]A)?)$")
YEARS = range(1800, 2300)
"""A bare number in this range is a year that somebody typed, not the day of 1905 it would count."""
EPOCH_1900 = date(1899, 12, 30)
"""Day 60 and later; the spreadsheet programs count a 29 February 1900 that never was."""
EPOCH_1904 = date(1904, 1, 1)
LAST_SERIAL = 120_000


def parse_date(
    cell: Cell, *, starts_1904: bool = False, two_digit_century: int = 2000
) -> date | None:
    """The day that the cell names, or None when it names none or not a whole one."""
    if isinstance(cell, str):
        return _from_text(cell, two_digit_century)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_serial(cell, EPOCH_1904 if starts_1904 else EPOCH_1900)
    return None


def parse_birth_date(cell: Cell, today: date, *, starts_1904: bool = False) -> date | None:
    """A birth date of somebody who is of working age today.

    Two digits of a year mean the century in which that is so.
    """
    if cell is None:
        return None
    for century in (1900, 2000):
        day = parse_date(cell, starts_1904=starts_1904, two_digit_century=century)
        if day is not None and is_of_working_age(day, today):
            return day
    return None


def day_of(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _from_serial(number: float, epoch: date) -> date | None:
    whole = int(number) if number == number and abs(number) <= LAST_SERIAL else 0  # noqa: PLR0124  # NaN
    if whole <= 0 or (whole == number and whole in YEARS):
        return None
    return epoch + timedelta(days=whole)


def _from_text(text: str, century: int) -> date | None:
    text = MIDNIGHT.sub("", clean(text).strip("'\" .,;"))
    if match := DAY_FIRST.fullmatch(text):
        day, _, month, year = match.groups()
        full_year = int(year) + (century if len(year) == 2 else 0)  # noqa: PLR2004
        return day_of(int(day), int(month), full_year)
    if match := YEAR_FIRST.fullmatch(text):
        return day_of(int(match[4]), int(match[3]), int(match[1]))
    if match := IN_WORDS.fullmatch(text):
        return day_of(int(match[1]), int(match[2]), int(match[3]))
    # CSV has no numbers: a serial number arrives as its digits.
    return _from_serial(int(text), EPOCH_1900) if re.fullmatch(r"[1-9]\d{4}", text) else None
