"""The table as CSV; every line ends with the formula, so that none travels without it."""

import csv
import io
from datetime import datetime
from typing import BinaryIO

from identity.handover.table import harmless
from mail_admin.reports.columns import COLUMNS, Cell
from mail_admin.reports.selection import Selection
from mail_admin.reports.settings import ReportSettings

HEADER = ("Kỳ", *(column.heading for column in COLUMNS), "Công thức")


def write_csv(
    out: BinaryIO, selection: Selection, _settings: ReportSettings, _now: datetime
) -> None:
    """UTF-8 behind a byte order mark, by which Excel knows it. Shares are of 1, with a point."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    period, formula = selection.report.period.label, selection.report.formula.vi
    for row in selection.rows:
        cells = [_cell(column.value(row)) for column in COLUMNS]
        writer.writerow([period, *cells, formula])
    text.detach()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    return harmless(value) if isinstance(value, str) else str(value)
