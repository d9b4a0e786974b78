"""Reads a file of daily counts: every wrong row is told with its line and reason, none is guessed.

The form is described in docs/reference/usage-import.md.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from mail_admin.usage.errors import UsageFileInvalid
from mail_admin.usage.events import MOST_AT_ONCE, MOST_BYTES, plain_name
from mail_admin.usage.ingest import BYTES, SUMS

MOST_ROWS = 1_000_000
LONGEST_ROW_BYTES = 4096
KEYS = ("mailbox", "day")
STORED = "stored_bytes"
COLUMNS = (*KEYS, *SUMS, *BYTES, STORED)
WHOLE = re.compile(r"[0-9]{1,16}")
ISO_DAY, OFFICE_DAY = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

REASONS = {
    "encoding": ("Dòng không phải UTF-8.", "The row is not UTF-8."),
    "form": ("Dòng không phải CSV hoặc quá dài.", "The row is no CSV, or far too long."),
    "columns": ("Số cột khác dòng tiêu đề.", "The number of columns is not that of the header."),
    "mailbox": ("Không có hộp thư này.", "There is no such mailbox."),
    "day": ("Ngày sai, ở tương lai hoặc đã quá hạn lưu.", "The day is wrong, ahead, or too old."),
    "number": (
        "Cần số nguyên không âm, không quá lớn.",
        "A whole number is wanted, not too large.",
    ),
    "repeated": ("Hộp thư và ngày này đã có ở dòng trên.", "This mailbox and day stand above."),
}


class Fault(NamedTuple):
    line: int
    reason: str
    """A key of REASONS."""
    column: str


class Row(NamedTuple):
    line: int
    mailbox: str
    day: date
    counts: tuple[int, ...]
    """In the order of SUMS and BYTES."""
    stored: int | None


@dataclass(slots=True)
class Parsed:
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Wrong(Exception):  # never leaves this file
    def __init__(self, reason: str, column: str = "") -> None:
        self.reason, self.column = reason, column


def parse(lines: Iterable[bytes], *, first: date, last: date) -> Parsed:
    """Rows with days from `first` to `last`. Raises UsageFileInvalid for a wrong header or size."""
    numbered = iter(enumerate(lines, start=1))
    header = _header(next(numbered, (1, b""))[1])
    parsed = Parsed()
    for number, line in numbered:
        if not line.strip():
            continue
        if number > MOST_ROWS + 1:
            raise UsageFileInvalid(
                f"Tệp có hơn {MOST_ROWS} dòng; hãy chia theo ngày.",
                f"The file has more than {MOST_ROWS} rows; split it by days.",
            )
        try:
            parsed.rows.append(_row(number, _cells(line), header, first, last))
        except _Wrong as wrong:
            parsed.faults.append(Fault(number, wrong.reason, wrong.column))
    return parsed


def _header(line: bytes) -> list[str]:
    try:
        names = [name.strip().lower() for name in _cells(line.removeprefix(b"\xef\xbb\xbf"))]
    except _Wrong:
        names = []
    wrong = [name for name in names if name not in COLUMNS]
    if wrong or len(set(names)) < len(names) or not set(KEYS) < set(names):
        raise UsageFileInvalid(
            f"Dòng đầu phải gồm mailbox, day và một số cột trong: {', '.join(COLUMNS[2:])}.",
            f"The first row has to be mailbox, day and some of: {', '.join(COLUMNS[2:])}.",
            place="line 1",
        )
    return names


def _cells(line: bytes) -> list[str]:
    if len(line) > LONGEST_ROW_BYTES:
        raise _Wrong("form")
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _Wrong("encoding") from None
    try:
        return next(csv.reader([text], strict=True))
    except (csv.Error, StopIteration):
        raise _Wrong("form") from None


def _row(number: int, cells: Sequence[str], header: list[str], first: date, last: date) -> Row:
    if len(cells) != len(header):
        raise _Wrong("columns")
    told = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    mailbox = plain_name(told["mailbox"])
    if mailbox is None:
        raise _Wrong("mailbox", "mailbox")
    day = _day(told["day"])
    if day is None or not first <= day <= last:
        raise _Wrong("day", "day")
    counts = (*_numbers(told, SUMS, MOST_AT_ONCE), *_numbers(told, BYTES, MOST_BYTES))
    stored = next(_numbers(told, (STORED,), MOST_BYTES)) if told.get(STORED) else None
    return Row(number, mailbox, day, counts, stored)


def _numbers(told: dict[str, str], names: Iterable[str], most: int) -> Iterator[int]:
    for name in names:
        text = told.get(name) or "0"
        if not (text.isascii() and WHOLE.fullmatch(text)) or int(text) > most:
            raise _Wrong("number", name)
        yield int(text)


def _day(text: str) -> date | None:
    try:
        if ISO_DAY.fullmatch(text) and text.isascii():
            return date.fromisoformat(text)
        if (found := OFFICE_DAY.fullmatch(text)) and text.isascii():
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    return None
