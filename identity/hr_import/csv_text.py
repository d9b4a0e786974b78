"""Reads CSV the way Vietnamese offices save it: any usual encoding, any usual delimiter."""

import csv
import re
from io import StringIO
from itertools import islice
from unicodedata import normalize

from identity.hr_import.file_errors import FileCorrupt, FileEmpty, FileTooLarge
from identity.hr_import.table import CONTROLS, Cell, ReadLimits, Row, Sheet, Table
from identity.names.syllables import is_syllable

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (",", ";", "\t", "|")
RECORDS_EXAMINED = 60
KEPT_TEXT = re.compile(r'="([^"=]*)"')
WORD = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*(?:[\u0300-\u036f][^\W\d_]*)*")
"""A word with at least one letter beyond ASCII."""
WORDS_EXAMINED = 500


def read_csv(content: bytes, file_name: str, limits: ReadLimits) -> Table:
    """Raises FileRefused."""
    text = decode(content).lstrip("\ufeff")
    if "\0" in text:
        raise FileCorrupt(f"{file_name} NUL")
    if not text.strip():
        raise FileEmpty(file_name)
    rows = _records(text, file_name, limits)
    return Table(file_name, (Sheet(file_name, rows),))


def decode(content: bytes) -> str:
    """UTF-8 and UTF-16 are recognised for certain, the rest is a Windows code page.

    Windows-1258 is Vietnamese; text typed in TCVN3 or VNI was saved as Windows-1252, where its
    letters look like symbols between letters, and must reach the names as exactly those symbols.
    """
    if content.startswith(UTF16_MARKS):
        return _decode_utf16(content, "utf-16")
    if content[1::2].count(0) > len(content) // 4:
        return _decode_utf16(content, "utf-16-le")
    if content[::2].count(0) > len(content) // 4:
        return _decode_utf16(content, "utf-16-be")
    try:
        return content.decode("utf-8-sig" if content.startswith(UTF8_MARK) else "utf-8")
    except UnicodeDecodeError:
        vietnamese = normalize("NFC", content.decode("cp1258", errors="replace"))
    return vietnamese if _reads_as_vietnamese(vietnamese) else content.decode("cp1252", "replace")


def _reads_as_vietnamese(text: str) -> bool:
    words = [match[0] for match in islice(WORD.finditer(text), WORDS_EXAMINED)]
    return 2 * sum(map(is_syllable, words)) > len(words)


def _decode_utf16(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileCorrupt("UTF-16") from error


def find_delimiter(text: str) -> str:
    """The one that cuts the first records into the most even columns; of equals the first."""

    def evenness(delimiter: str) -> int:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(record) - 1 for record in islice(reader, RECORDS_EXAMINED)]
        except csv.Error:
            return 0
        return max(widths.count(width) * width for width in widths or [0])

    return max(DELIMITERS, key=evenness)


def _records(text: str, file_name: str, limits: ReadLimits) -> list[Row]:
    rows: list[Row] = []
    cells = 0
    # The field limit of the csv module is global to the process; the size of a cell is ours.
    reader = csv.reader(StringIO(text, newline=""), delimiter=find_delimiter(text[:200_000]))
    try:
        for record in reader:
            row = _row(record, f"{file_name} {len(rows) + 1}", limits)
            rows.append(row)
            cells += len(row)
            _refuse_too_many(len(rows), cells, file_name, limits)
    except csv.Error as error:
        raise FileCorrupt(f"{file_name} {len(rows) + 1}") from error
    return rows


def _row(record: list[str], place: str, limits: ReadLimits) -> Row:
    cells: list[Cell] = [_cell(value) for value in record]
    while cells and cells[-1] is None:
        cells.pop()
    if len(cells) > limits.max_columns:
        raise FileTooLarge(
            f"một hàng có {len(cells):,} cột", f"a row has {len(cells):,} columns", place
        )
    if max(map(len, record), default=0) > limits.max_cell_characters:
        raise FileTooLarge("một ô quá dài", "a cell is too long", place)
    return tuple(cells)


def _cell(value: str) -> Cell:
    """Excel keeps leading zeros of `="006070581395"` in CSV; it is just that text."""
    if not value.isprintable():
        value = CONTROLS.sub("", value)
    if value.startswith("=") and (kept := KEPT_TEXT.fullmatch(value)):
        return kept[1]
    return value if value.strip() else None


def _refuse_too_many(rows: int, cells: int, file_name: str, limits: ReadLimits) -> None:
    if rows > limits.max_rows:
        raise FileTooLarge(
            f"có hơn {limits.max_rows:,} hàng", f"it has over {limits.max_rows:,} rows", file_name
        )
    if cells > limits.max_cells:
        raise FileTooLarge(
            f"có hơn {limits.max_cells:,} ô", f"it has over {limits.max_cells:,} cells", file_name
        )
