from collections.abc import Callable
from typing import Any

import pytest

from identity.hr_import import file_errors as errors
from identity.hr_import.fields import PersonFields
from identity.hr_import.parsing import ParsedTable
from identity.hr_import.reader import read_table
from identity.hr_import.table import ReadLimits, Row

Parse = Callable[..., ParsedTable]
LIST = "STT;Họ và tên;Ngày sinh;Số CCCD\n1;Nông Thị Hồng Nga;05/06/1977;006177385321\n"


def rows_of(content: bytes) -> list[Row]:
    return read_table(content, "danh-sach.csv").sheets[0].rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_are_recognised(encoding: str) -> None:
    assert rows_of(LIST.encode(encoding))[1][1] == "Nông Thị Hồng Nga"


def test_the_vietnamese_code_page_of_windows_is_recognised() -> None:
    # Windows-1258 has letters such as ô, but tones only as marks that follow.
    text = "STT,Họ và tên\n1,Nông Thi\u0323 Hô\u0300ng\n".replace("ọ", "o\u0323")
    assert rows_of(text.encode("cp1258"))[1][1] == "Nông Thị Hồng"


@pytest.mark.parametrize("name", ["NguyÔn V¨n An", "Nguyeãn Vaên An"])
def test_text_in_old_fonts_arrives_as_it_was_typed(name: str) -> None:
    assert rows_of(f"STT,Ho va ten\n1,{name}\n".encode("cp1252"))[1][1] == name


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    assert rows_of(LIST.replace(";", delimiter).encode())[1][3] == "006177385321"


def test_the_delimiter_is_found_below_titles_with_commas() -> None:
    above = "UBND TỈNH BẮC KẠN, SỞ NỘI VỤ\nDanh sách, đợt 1, năm 2026\n\n"
    assert rows_of((above + LIST * 5).encode())[3][0] == "STT"


def test_a_quoted_line_break_does_not_start_a_row(parse: Parse) -> None:
    text = LIST.replace("Ngày sinh", '"Ngày, tháng,\nnăm sinh"')
    (row,) = parse(text.encode(), "a.csv").rows
    assert row.number == 2


def test_zeros_kept_by_the_equals_trick_are_plain_text(parse: Parse) -> None:
    text = LIST.replace("006177385321", '"=""006177385321"""')
    (row,) = parse(text.encode(), "a.csv").rows
    assert isinstance(row.fields, PersonFields)
    assert row.fields.citizen_number == "006177385321"


def test_a_formula_in_csv_is_refused_like_one_in_a_workbook(parse: Parse) -> None:
    (row,) = parse(LIST.replace("Nông Thị Hồng Nga", "=A1&B1").encode(), "a.csv").rows
    assert [refusal.code for refusal in row.refusals] == ["formula"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (LIST.encode() + b"2;A\0B;;\n", errors.FileCorrupt),
        (b"STT," + b"A" * 9_000 + b"\n", errors.FileTooLarge),
        (b"STT," + b"A" * 200_000 + b"\n", errors.FileRefused),
        (b",".join([b"A"] * 300) + b"\n", errors.FileTooLarge),
        (b"\xff\xfeA\x00B", errors.FileCorrupt),
    ],
)
def test_a_damaged_or_boundless_text_is_refused(content: bytes, error: Any) -> None:
    with pytest.raises(error):
        read_table(content, "a.csv")


def test_rows_and_cells_are_limited() -> None:
    for limits in (ReadLimits(max_rows=10), ReadLimits(max_cells=10)):
        with pytest.raises(errors.FileTooLarge):
            read_table(LIST.encode() * 20, "a.csv", limits)
