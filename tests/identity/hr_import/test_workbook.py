from collections.abc import Callable
from datetime import date
from typing import Any

from identity.hr_import.reader import read_table
from identity.hr_import.table import CellError, Formula, Merge, column_letters

Make = Callable[..., bytes]


def test_cells_keep_their_kind_and_rows_their_number(make_workbook: Make) -> None:
    day = date(1977, 6, 5)
    content = make_workbook([[], [], ["An", 6177385321, 1.5, True, day, None, "=A3"]])
    (sheet,) = read_table(content, "a.xlsx").sheets
    assert sheet.rows[:2] == [(), ()]
    assert sheet.rows[2] == ("An", 6177385321, 1.5, True, day, None, Formula("=A3", "computed"))
    assert type(sheet.rows[2][1]) is int


def test_error_cells_are_told_from_text(make_workbook: Make, repack: Make) -> None:
    part = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><v>2</v></c></row>'
        b"</sheetData></worksheet>"
    )
    content = repack(make_workbook([["x"]]), parts={"xl/worksheets/sheet1.xml": part})
    assert read_table(content, "a.xlsx").sheets[0].rows == [(CellError(), 2)]


def test_cells_without_positions_follow_each_other(make_workbook: Make, repack: Make) -> None:
    part = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b"<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
        b"</sheetData></worksheet>"
    )
    content = repack(make_workbook([["x"]]), parts={"xl/worksheets/sheet1.xml": part})
    assert read_table(content, "a.xlsx").sheets[0].rows == [(1, 2), (3,)]


def test_merges_hidden_rows_and_hidden_sheets_are_told(make_workbook: Make) -> None:
    content = make_workbook(
        sheets={"Danh sách": [["Tên"], ["An"], ["Bình"]], "Nháp": [["x"]]},
        merges=[(0, 0, 0, 2)],
        hidden_rows=[1],
        hidden_sheets=["Nháp"],
    )
    table = read_table(content, "a.xlsx")
    (sheet,) = table.sheets
    assert table.hidden_sheets == ("Nháp",)
    assert sheet.merges == (Merge(1, 0, 1, 2),)
    assert sheet.hidden_rows == {2}


def test_both_calendars_of_excel_give_the_same_day(make_workbook: Make) -> None:
    day: Any = date(1977, 6, 5)
    for starts_1904 in (False, True):
        table = read_table(make_workbook([[day]], starts_1904=starts_1904), "a.xlsx")
        assert table.sheets[0].rows == [(day,)]
        assert table.starts_1904 is starts_1904


def test_columns_are_named_as_people_name_them() -> None:
    assert [column_letters(column) for column in (0, 25, 26, 701, 702, 16383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]
