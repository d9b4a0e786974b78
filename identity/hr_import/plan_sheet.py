"""The rows of a parsed sheet as rows of a plan, before the registry is asked."""

from identity.hr_import.models import Verdict
from identity.hr_import.parsing import Heading, ParsedRow, ParsedTable
from identity.hr_import.plan_rows import Note, PlannedRow


def planned_rows(
    parsed: ParsedTable,
) -> tuple[list[PlannedRow], list[tuple[PlannedRow, ParsedRow]]]:
    """All rows in the order of the file, and the data rows with what was read of them."""
    order = {sheet.name: index for index, sheet in enumerate(parsed.sheets)}
    found: list[ParsedRow | Heading] = [*parsed.rows, *parsed.headings]
    found.sort(key=lambda row: (order[row.sheet], row.number))
    rows, pairs = [], []
    for position, row in enumerate(found):
        if isinstance(row, ParsedRow):
            planned = PlannedRow(position, row.number, row.sheet, Verdict.ACCEPT)
            planned.notes = [Note(note.code, note.message) for note in row.notes]
            if row.refusals:
                first = row.refusals[0]
                planned.refuse(first.code, first.column.value, first.message)
            pairs.append((planned, row))
        else:
            planned = PlannedRow(position, row.number, row.sheet, Verdict.HEADING)
        rows.append(planned)
    return rows, pairs
