"""What a spreadsheet or CSV file says, before anybody asks what it means."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from pydantic import BaseModel, Field

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that computes. What it shows is whatever the last program to save it believed."""

    text: str
    shown: "Cell" = None


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that shows an error of the spreadsheet program, such as #REF! or #N/A."""

    text: str = "#REF!"


Cell = str | int | float | bool | date | datetime | time | timedelta | Formula | CellError | None
"""None is an empty cell. Whole numbers are int, as Excel knows no difference between 5 and 5.0."""

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that nobody types and PostgreSQL or XML refuses; tabs and line ends stay."""

Row = tuple[Cell, ...]


class Merge(NamedTuple):
    """A merged range: rows from 1, columns from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet. `rows[n - 1]` is what the spreadsheet program shows as row n."""

    name: str
    rows: list[Row]
    merges: tuple[Merge, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    widths: dict[int, float] = field(default_factory=dict)
    """Column from 0 → width in characters, where the file sets one."""


@dataclass(frozen=True, slots=True)
class Table:
    """All visible sheets of one file. For CSV: one sheet whose rows are the records.

    A quoted line break does not start a row, so the row number of a CSV record is the one that a
    spreadsheet program would show beside it, not its physical line.
    """

    file_name: str
    sheets: tuple[Sheet, ...]
    hidden_sheets: tuple[str, ...] = ()
    starts_1904: bool = False
    """Day numbers count from 1904-01-01 (old Excel for Mac), not from 1900."""


class ReadLimits(BaseModel):
    """How much of a file is read before it is refused. Environment: CONGVU_IMPORTS__*."""

    max_file_bytes: int = Field(default=40 * MEBIBYTE, gt=0)
    """A workbook of 200,000 people takes about 12 MiB."""
    max_inflated_bytes: int = Field(default=300 * MEBIBYTE, gt=0)
    """All parts of the workbook together, once unpacked."""
    max_ratio: int = Field(default=200, gt=0)
    """Unpacked to packed size of one part above a mebibyte; real sheets stay below 40."""
    max_parts: int = Field(default=2_000, gt=0)
    """Files inside the workbook."""
    max_marks: int = Field(default=8_000_000, gt=0)
    """Opening and closing tags in all parts together; bounds the time of the inspection."""
    max_rows: int = Field(default=200_000, gt=0)
    """Rows of one sheet."""
    max_columns: int = Field(default=200, gt=0)
    """Columns of one sheet."""
    max_cells: int = Field(default=2_400_000, gt=0)
    """Of the rectangles around the filled cells of all sheets; bounds the memory."""
    max_sheets: int = Field(default=200, gt=0)
    """Sheets in one workbook."""
    max_cell_characters: int = Field(default=8_000, gt=0)
    """Characters of one cell."""
    max_text_characters: int = Field(default=100_000_000, gt=0)
    """Of all cells together, a shared string counted at every use."""
    max_merges: int = Field(default=50_000, gt=0)
    """Merged areas in one sheet."""


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
