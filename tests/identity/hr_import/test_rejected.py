from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from identity.hr_import.fields import PersonFields
from identity.hr_import.findings import Refusal
from identity.hr_import.parsing import ParsedTable, parse_table
from identity.hr_import.reader import read_table
from identity.hr_import.rejected import write_rejected

Make = Callable[..., bytes]
Titles = tuple[str, ...]
Person = tuple[Any, ...]


def refusals_of(parsed: ParsedTable) -> dict[tuple[str, int], Sequence[Refusal]]:
    return {(row.sheet, row.number): row.refusals for row in parsed.rows if row.refusals}


def rejected(content: bytes, today: date, file_name: str = "a.xlsx") -> bytes:
    table = read_table(content, file_name)
    parsed = parse_table(table, today=today)
    return write_rejected(table, parsed, refusals_of(parsed))


@pytest.fixture
def content(make_workbook: Make, titles: Titles, person: Person) -> bytes:
    return make_workbook(
        [
            ["SỞ NỘI VỤ"],
            ["Kèm theo Công văn số 123/SNV-TCCB ngày 01/6/2024"],
            titles,
            [None, "PHÒNG TỔ CHỨC"],
            person,
            [
                2,
                "Ma Văn An",
                1980,
                "Nam",
                "BK2",
                6080000001,
                "x",
                "H03",
                "UBND",
                "0912345678",
                "=1+1",
            ],
            [3, "=A1", date(1980, 1, 2), "Nam", "BK3", "00608", "=x", "H03", "UBND", None, None],
        ],
        merges=[(0, 0, 0, 10)],
    )


def test_refused_rows_come_back_below_the_same_titles_with_the_reason(
    content: bytes, today: date, titles: Titles
) -> None:
    (sheet,) = read_table(rejected(content, today), "b.xlsx").sheets
    assert sheet.rows[0] == ("SỞ NỘI VỤ",)
    assert sheet.rows[2] == (*titles, "Lý do", "Reason")
    assert len(sheet.rows) == 5
    assert sheet.rows[3][:6] == (2, "Ma Văn An", 1980, "Nam", "BK2", 6080000001)
    assert sheet.rows[3][9] == "0912345678"
    assert "Ngày sinh" in str(sheet.rows[3][11])
    assert "birth date" in str(sheet.rows[3][12])
    assert sheet.rows[4][2] == date(1980, 1, 2)
    assert sheet.merges[0] == (1, 0, 1, 10)


def test_nothing_in_the_file_computes(content: bytes, today: date) -> None:
    book = openpyxl.load_workbook(BytesIO(rejected(content, today)))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    formulas = [cell for cell in cells if isinstance(cell.value, str) and cell.value[:1] == "="]
    assert [cell.value for cell in formulas] == ["=1+1", "=A1", "=x"]
    assert all(cell.quotePrefix for cell in formulas)
    parts = read_table(rejected(content, today), "b.xlsx")
    assert "=A1" in parts.sheets[0].rows[4]


def test_the_cell_at_fault_is_marked(content: bytes, today: date) -> None:
    book = openpyxl.load_workbook(BytesIO(rejected(content, today)))
    sheet = book.worksheets[0]
    assert sheet["C4"].fill.fgColor.rgb == "FFFFD7D7"
    assert sheet["B4"].fill.fgColor.rgb != "FFFFD7D7"


def test_a_corrected_file_is_accepted_and_an_uncorrected_one_refused_again(
    content: bytes, today: date
) -> None:
    given_back = rejected(content, today)
    again = parse_table(read_table(given_back, "b.xlsx"), today=today)
    assert [row.refusals[0].code for row in again.rows] == ["birth_date_invalid", "formula"]
    book = openpyxl.load_workbook(BytesIO(given_back))
    sheet = book.worksheets[0]
    sheet["C4"], sheet["B5"], sheet["F5"], sheet["G5"] = (
        "2/3/1980",
        "Ma Văn Bình",
        "006080000002",
        "y",
    )
    target = BytesIO()
    book.save(target)
    corrected = parse_table(read_table(target.getvalue(), "c.xlsx"), today=today)
    assert not refusals_of(corrected)
    fields = corrected.rows[0].fields
    assert isinstance(fields, PersonFields)
    assert fields.citizen_number == "006080000001"
    assert fields.document_number == "123/SNV-TCCB"


def test_reasons_are_replaced_when_a_row_is_refused_twice(
    content: bytes, today: date, titles: Titles
) -> None:
    twice = rejected(rejected(content, today), today)
    assert read_table(twice, "c.xlsx").sheets[0].rows[2] == (*titles, "Lý do", "Reason")


def test_csv_comes_back_as_a_workbook_whose_numbers_keep_their_zeros(today: date) -> None:
    text = "STT;Họ và tên;Ngày sinh;Số CCCD\n1;@Nga;5/6/1977;006177385321\n"
    (sheet,) = read_table(rejected(text.encode(), today, "thang[6].csv"), "b.xlsx").sheets
    assert sheet.rows[1][:4] == ("1", "@Nga", "5/6/1977", "006177385321")


def test_only_sheets_with_refused_rows_come_back(
    make_workbook: Make, titles: Titles, person: Person, today: date
) -> None:
    bad = [*person[:2], 1980, *person[3:]]
    content = make_workbook(sheets={"Một": [titles, person], "Hai": [titles, bad]})
    assert [s.name for s in read_table(rejected(content, today), "b.xlsx").sheets] == ["Hai"]
