"""Workbooks as offices send them, and workbooks taken apart and put together wrongly."""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from identity.hr_import.parsing import ParsedTable, parse_table
from identity.hr_import.reader import read_table

MakeWorkbook = Callable[..., bytes]

PEOPLE_TITLES = (
    "STT",
    "Họ và tên",
    "Ngày, tháng,\nnăm sinh",
    "Giới tính",
    "Số hiệu CBCCVC",
    "Số CCCD",
    "Chức vụ",
    "Mã định danh đơn vị",
    "Đơn vị công tác",
    "Số điện thoại",
    "Ghi chú",
)


@pytest.fixture
def today() -> date:
    return date(2026, 6, 1)


@pytest.fixture
def person() -> tuple[Any, ...]:
    """A good row below PEOPLE_TITLES."""
    return (
        1,
        "Nông Thị Hồng Nga",
        "5/6/1977",
        "Nữ",
        "BK300013",
        6177385321,
        "Chuyên viên",
        "000.00.01.H03",
        "Văn phòng Ủy ban nhân dân tỉnh",
        966132222,
        None,
    )


@pytest.fixture
def titles() -> tuple[str, ...]:
    return PEOPLE_TITLES


def write_cell(sheet: Any, row: int, column: int, value: Any, day_format: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, day_format)
    elif isinstance(value, str) and value.startswith("="):
        sheet.write_formula(row, column, value, None, "computed")
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)


@pytest.fixture
def make_workbook() -> MakeWorkbook:
    """Builds an .xlsx from rows; `merges` are (first row, first column, last row, last column)."""

    def make(
        rows: Iterable[Iterable[Any]] = (),
        *,
        sheets: Mapping[str, Iterable[Iterable[Any]]] | None = None,
        merges: Iterable[tuple[int, int, int, int]] = (),
        hidden_sheets: Iterable[str] = (),
        hidden_rows: Iterable[int] = (),
        starts_1904: bool = False,
    ) -> bytes:
        target = BytesIO()
        book = xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": starts_1904})
        day_format = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, content in (sheets or {"Danh sách": rows}).items():
            sheet = book.add_worksheet(name)
            table = [list(row) for row in content]
            for at in merges:
                sheet.merge_range(*at, "")
            for number, row in enumerate(table):
                for column, value in enumerate(row):
                    write_cell(sheet, number, column, value, day_format)
            for number in hidden_rows:
                sheet.set_row(number, None, None, {"hidden": True})
            if name in hidden_sheets:
                sheet.hide()
        book.close()
        return target.getvalue()

    return make


@pytest.fixture
def repack() -> Callable[..., bytes]:
    """A workbook with parts replaced, added or (None) taken out."""

    def change(content: bytes, **named: Any) -> bytes:
        parts: Mapping[str, bytes | None] = named["parts"]
        target = BytesIO()
        with (
            zipfile.ZipFile(BytesIO(content)) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result,
        ):
            for name in source.namelist():
                if name not in parts:
                    result.writestr(name, source.read(name))
            for name, part in parts.items():
                if part is not None:
                    result.writestr(name, part)
        return target.getvalue()

    return change


@pytest.fixture
def parse(today: date) -> Callable[..., ParsedTable]:
    def read_and_parse(content: bytes, file_name: str = "danh-sach.xlsx") -> ParsedTable:
        return parse_table(read_table(content, file_name), today=today)

    return read_and_parse
