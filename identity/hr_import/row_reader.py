"""One row of a sheet, seen through its header: cells by column, and what is found on the way."""

from datetime import date

from identity.hr_import.columns import Column
from identity.hr_import.dates import parse_date
from identity.hr_import.findings import Note, Refusal
from identity.hr_import.headers import Header
from identity.hr_import.table import Cell, CellError, Formula, Row
from identity.hr_import.values import LONGEST_TEXT, text_of

UNREAD = {Column.ORDINAL, Column.NOTE, Column.REASON, Column.IGNORED}
"""Formulas and errors may stand here: nothing is taken from them."""
COMPUTED = (Formula, CellError)
LONGEST = {
    Column.POSITION: 200,
    Column.RANK: 100,
    Column.DOCUMENT_NUMBER: 100,
    Column.ORGANISATION_NAME: 300,
    Column.DISPLAY_NAME: 300,
    Column.SHORT_NAME: 100,
    Column.MAIL_STEM: 64,
    Column.GSO_CODE: 10,
}
"""What the registry has room for, in characters, where that is not LONGEST_TEXT."""


class RowReader:
    """Made once for a sheet and pointed at one row after the other."""

    def __init__(self, header: Header, *, starts_1904: bool) -> None:
        self.columns = header.columns
        self.starts_1904 = starts_1904
        self._places = tuple(header.columns.items())
        self.start(())

    def start(self, cells: Row) -> None:
        """Raises nothing: a formula or an error cell becomes a refusal and reads as empty."""
        self.refusals: list[Refusal] = []
        self.notes: list[Note] = []
        self._values: dict[Column, Cell] = {}
        width = len(cells)
        for column, position in self._places:
            if position >= width or (cell := cells[position]) is None:
                continue
            if isinstance(cell, str):
                if cell[:1] == "=":  # a formula that was saved, or given back, as text
                    self._refuse_computed(column, Formula(cell))
                elif cell.strip():
                    self._values[column] = cell
            elif isinstance(cell, COMPUTED):
                self._refuse_computed(column, cell)
            else:
                self._values[column] = cell

    def _refuse_computed(self, column: Column, cell: Formula | CellError) -> None:
        if column not in UNREAD:
            reason = "formula" if isinstance(cell, Formula) else "cell_error"
            self.refusals.append(Refusal.of(reason, column, cell))

    def is_refused(self, *columns: Column) -> bool:
        return any(refusal.column in columns for refusal in self.refusals)

    def cell(self, column: Column) -> Cell:
        return self._values.get(column)

    def text(self, column: Column) -> str | None:
        cell = self._values.get(column)
        if cell is None:
            return None
        text = text_of(cell)
        limit = LONGEST.get(column, LONGEST_TEXT)
        if len(text) > limit:
            if column is Column.NOTE:
                return text[:limit]
            self.refusals.append(Refusal.too_long(column, cell, limit))
            return None
        return text or None

    def date(self, column: Column) -> date | None:
        return parse_date(self.cell(column), starts_1904=self.starts_1904)

    def refuse(self, reason: str, column: Column) -> None:
        """Once for a column: what a formula shows is not also missing."""
        if not self.is_refused(column):
            self.refusals.append(Refusal.of(reason, column, self.cell(column)))

    def note(self, code: str, column: Column) -> None:
        self.notes.append(Note.of(code, column, self.cell(column)))
