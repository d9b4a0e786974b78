"""Gives the refused rows back as a spreadsheet that can be corrected and sent again.

Always .xlsx, also for CSV: only there do a typed text and its leading zeros stay what they are.
Nothing in it computes: what looks like a formula is written as text and marked as such, so that a
cell which somebody typed to attack the reader of this file stays harmless (formula injection).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import xlsxwriter

from identity.hr_import.columns import Column
from identity.hr_import.findings import Refusal
from identity.hr_import.headers import Header
from identity.hr_import.parsing import ParsedTable
from identity.hr_import.row_cells import LONGEST_TITLE, columns_at_fault
from identity.hr_import.rows import data_rows
from identity.hr_import.table import Cell, CellError, Formula, Merge, Row, Sheet, Table

REASON_TITLES = ("Lý do", "Reason")
REASON_WIDTH = 48
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FAULTY = {"bg_color": "#FFD7D7"}
TITLE = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}

Refusals = Mapping[tuple[str, int], Sequence[Refusal]]
"""By sheet name and row number."""


def write_rejected(table: Table, parsed: ParsedTable, refusals: Refusals) -> bytes:
    """The sheets with refused rows: what stood above and in the header, then only those rows.

    Two columns at the end say why, in Vietnamese and English, a line for each thing that is wrong;
    when the file comes back they are not read, and a second refusal replaces them.
    """
    target = BytesIO()
    # Written to memory row by row; strings are never taken for formulas, links or numbers.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheets = {sheet.name: sheet for sheet in table.sheets}
        for read in parsed.sheets:
            rows = {row for name, row in refusals if name == read.name}
            if rows:
                _RejectedSheet(book, sheets[read.name], read.header).write(rows, refusals)
    return target.getvalue()


class _RejectedSheet:
    def __init__(self, book: Any, source: Sheet, header: Header) -> None:
        self._book = book
        self._sheet = book.add_worksheet(_sheet_name(source.name))
        self._source = source
        self._header = header
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        width = max(len(row) for row in source.rows)
        self._width = header.columns.get(Column.REASON, width)

    def write(self, numbers: set[int], refusals: Refusals) -> None:
        header, source = self._header, self._source
        for column in range(self._width):
            self._sheet.set_column(column, column, source.widths.get(column, 14))
        self._sheet.set_column(self._width, self._width + 1, REASON_WIDTH)
        for number in range(1, header.last_row + 1):
            is_title = number >= header.first_row
            self._write_row(number - 1, source.rows[number - 1], TITLE if is_title else {}, set())
        for offset, title in enumerate(REASON_TITLES):
            self._write(header.last_row - 1, self._width + offset, title, TITLE)
        self._merge_titles()
        self._sheet.freeze_panes(header.last_row, 0)
        target = header.last_row
        for row in data_rows(source, header):
            if row.number in numbers:
                self._write_refused(target, row.cells, refusals[source.name, row.number])
                target += 1

    def _write_refused(self, target: int, cells: Row, reasons: Sequence[Refusal]) -> None:
        places = [self._places(reason.column) for reason in reasons]
        self._write_row(target, cells, {}, {place for found in places for place in found})
        messages = [reason.message for reason in reasons]
        titles = list(map(self._titles, places))
        for offset, sentences in enumerate(
            ([message.vi for message in messages], [message.en for message in messages])
        ):
            lines = "\n".join(map("".join, zip(titles, sentences, strict=True)))
            self._write(target, self._width + offset, lines, {"text_wrap": True})

    def _places(self, column: Column) -> list[int]:
        columns = self._header.columns
        return sorted(columns[Column(name)] for name in columns_at_fault(column, columns))

    def _titles(self, places: Sequence[int]) -> str:
        """Which cells of the row a sentence is about: several may stand beside each other."""
        titles = self._header.titles
        named = [titles[place][:LONGEST_TITLE] for place in places if titles.get(place)]
        return f"{', '.join(named)}: " if named else ""

    def _write_row(self, target: int, cells: Row, style: dict[str, Any], faulty: set[int]) -> None:
        for column in range(self._width):
            cell = cells[column] if column < len(cells) else None
            if cell is not None or column in faulty:
                self._write(target, column, cell, FAULTY if column in faulty else style)

    def _write(self, row: int, column: int, cell: Cell, style: dict[str, Any]) -> None:
        sheet = self._sheet
        if cell is None:
            sheet.write_blank(row, column, None, self._format(style))
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, self._format(style))
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell, self._format(style))
        elif isinstance(cell, date | time | timedelta):
            shape = {"num_format": _date_shape(cell)}
            sheet.write_datetime(row, column, cell, self._format(style | shape))
        else:
            text = cell.text if isinstance(cell, Formula | CellError) else cell
            quoted = {"quote_prefix": True} if text.startswith(STARTS_FORMULA) else {}
            sheet.write_string(row, column, text, self._format(style | quoted))

    def _format(self, style: dict[str, Any]) -> Any:
        key = tuple(sorted(style.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(style) if style else None
        return self._formats[key]

    def _merge_titles(self) -> None:
        """Merged titles above and in the header. In data, merged values stand in every row."""
        taken: list[Merge] = []
        for merge in self._source.merges:
            inside = merge.last_row <= self._header.last_row and merge.last_column < self._width
            if not inside or any(_overlap(merge, other) for other in taken):
                continue
            taken.append(merge)
            row = self._source.rows[merge.first_row - 1]
            cell = row[merge.first_column] if merge.first_column < len(row) else None
            style = TITLE if merge.first_row >= self._header.first_row else {}
            place = (merge.first_row - 1, merge.first_column)
            last = (merge.last_row - 1, merge.last_column)
            self._sheet.merge_range(*place, *last, "", self._format(style))
            self._write(*place, cell, style)


def _overlap(one: Merge, other: Merge) -> bool:
    return (
        one.first_row <= other.last_row
        and other.first_row <= one.last_row
        and one.first_column <= other.last_column
        and other.first_column <= one.last_column
    )


def _date_shape(cell: date | time | timedelta) -> str:
    if isinstance(cell, datetime):
        return "dd/mm/yyyy hh:mm"
    return "dd/mm/yyyy" if isinstance(cell, date) else "[h]:mm:ss"


def _sheet_name(name: str) -> str:
    """CSV files give their file name, which may hold what a sheet name may not."""
    allowed = "".join(" " if character in "[]:*?/\\" else character for character in name)
    return allowed.strip("' ")[:31] or "Danh sách"
