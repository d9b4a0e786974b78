"""From cells to rows with meaning: the whole reading of a file, before the registry is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from identity.hr_import.columns import Column
from identity.hr_import.fields import Fields
from identity.hr_import.file_errors import FileEmpty, HeaderNotFound
from identity.hr_import.findings import Note, Refusal, shown
from identity.hr_import.headers import Header, find_header
from identity.hr_import.kinds import SheetKind
from identity.hr_import.organisation_rows import read_organisation, read_organisation_account
from identity.hr_import.person_rows import PersonRows
from identity.hr_import.row_reader import RowReader
from identity.hr_import.rows import RowKind, data_rows
from identity.hr_import.table import Row, Sheet, Table
from identity.hr_import.title_block import Document, find_document
from kernel.collector import collector_at_rest


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A data row. With `refusals` it must not be imported, whatever the registry says."""

    sheet: str
    number: int
    """As the spreadsheet program shows it."""
    kind: SheetKind
    fields: Fields
    refusals: tuple[Refusal, ...]
    notes: tuple[Note, ...]
    group: str | None
    """The heading the row stands under, for sheets that name the unit only there."""
    cells: Row

    @property
    def unread(self) -> frozenset[Column]:
        """Columns that were refused: what they would have said is not known."""
        return frozenset(refusal.column for refusal in self.refusals)


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that guides the eye: group, total, signature, repeated titles."""

    sheet: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ReadSheet:
    name: str
    header: Header
    document: Document


@dataclass(frozen=True, slots=True)
class ParsedTable:
    kind: SheetKind
    sheets: tuple[ReadSheet, ...]
    """Those that were read: all with the same columns as the longest, in the order of the file."""
    rows: list[ParsedRow]
    headings: list[Heading]
    ignored_sheets: tuple[str, ...]
    """Hidden, without a header, or with other columns."""


def parse_table(table: Table, *, today: date) -> ParsedTable:
    """Raises HeaderNotFound, FileEmpty (a header and nothing below)."""
    rows: list[ParsedRow] = []
    headings: list[Heading] = []
    read_sheets = []
    with collector_at_rest():
        for sheet, header in _choose_sheets(table):
            document = find_document(sheet.rows[: header.first_row - 1])
            read_sheets.append(ReadSheet(sheet.name, header, document))
            reader = RowReader(header, starts_1904=table.starts_1904)
            people = PersonRows(reader, header.kind, document, today)
            for found in _read_sheet(sheet, header, reader, people):
                if isinstance(found, Heading):
                    headings.append(found)
                else:
                    rows.append(found)
    if not rows:
        raise FileEmpty(table.file_name)
    names = {sheet.name for sheet in read_sheets}
    return ParsedTable(
        read_sheets[0].header.kind,
        tuple(read_sheets),
        rows,
        headings,
        (
            *(sheet.name for sheet in table.sheets if sheet.name not in names),
            *table.hidden_sheets,
        ),
    )


def _choose_sheets(table: Table) -> list[tuple[Sheet, Header]]:
    """The longest sheet with a header, and its sisters: one sheet for each unit is common."""
    known = [(sheet, header) for sheet in table.sheets if (header := find_header(sheet))]
    if not known:
        raise HeaderNotFound(table.file_name)
    _, longest = max(known, key=lambda pair: len(pair[0].rows))
    return [
        (sheet, header)
        for sheet, header in known
        if header.kind is longest.kind and header.columns.keys() == longest.columns.keys()
    ]


def _read_sheet(
    sheet: Sheet, header: Header, reader: RowReader, people: PersonRows
) -> Iterator[ParsedRow | Heading]:
    group = None
    for row in data_rows(sheet, header):
        if row.kind is RowKind.BLANK:
            continue
        if row.kind is RowKind.HEADING:
            heading = Heading(sheet.name, row.number, _heading_text(row.cells))
            group = heading.text or group
            yield heading
            continue
        reader.start(row.cells)
        fields = _fields(reader, header.kind, people)
        if row.number in sheet.hidden_rows:
            reader.note("row_hidden", Column.ORDINAL)
        yield ParsedRow(
            sheet.name,
            row.number,
            header.kind,
            fields,
            tuple(reader.refusals),
            tuple(reader.notes),
            group,
            row.cells,
        )


def _fields(reader: RowReader, kind: SheetKind, people: PersonRows) -> Fields:
    if kind is SheetKind.ORGANISATIONS:
        return read_organisation(reader)
    if kind is SheetKind.ORGANISATION_ACCOUNTS:
        return read_organisation_account(reader)
    return people.read()


def _heading_text(cells: Row) -> str:
    return max((shown(cell) for cell in cells if isinstance(cell, str)), key=len, default="")
