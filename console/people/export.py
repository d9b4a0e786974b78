"""A list of people as a workbook, written while it is read. Never citizen numbers or telephones."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, BinaryIO

import xlsxwriter

from console import words
from console.people.queries import PersonRow
from console.people.words_of_rows import contract_of, place_of, position_of

Cell = str | date | None
COLUMNS: tuple[tuple[str, int, Callable[[PersonRow], Cell]], ...] = (
    ("Họ và tên", 28, lambda row: row.full_name),
    ("Số hiệu", 14, lambda row: row.staff_number),
    ("Ngày sinh", 12, lambda row: row.birth_date),
    ("Giới tính", 9, lambda row: words.SEXES[row.sex] if row.sex else None),
    ("Đơn vị", 40, place_of),
    ("Chức vụ", 24, position_of),
    ("Loại cán bộ", 18, contract_of),
    ("Từ ngày", 12, lambda row: row.place.since if row.place else None),
    ("Tên đăng nhập", 18, lambda row: row.login),
    ("Địa chỉ thư", 30, lambda row: row.address),
    ("Tài khoản", 16, lambda row: words.STATUSES[row.status] if row.status else None),
)
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write_list(out: BinaryIO, rows: Iterable[PersonRow]) -> int:
    """How many people."""
    number = 0
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        sheet = book.add_worksheet("Cán bộ")
        heading = book.add_format({"bold": True, "border": 1})
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.freeze_panes(1, 1)
        for place, (name, width, _) in enumerate(COLUMNS):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, heading)
        for number, row in enumerate(rows, start=1):
            for place, (_, _, value) in enumerate(COLUMNS):
                _write(sheet, number, place, value(row), dates)
        sheet.autofilter(0, 0, number, len(COLUMNS) - 1)
    return number


def _write(sheet: Any, line: int, place: int, value: Cell, dates: Any) -> None:
    """Text stays text: a name that begins with = calculates nothing."""
    if isinstance(value, date):
        sheet.write_datetime(line, place, value, dates)
    elif value:
        sheet.write_string(line, place, value)
