"""The rows of a parsed sheet as rows of a plan, before the registry is asked."""

from collections import Counter
from collections.abc import Container, Sequence

from identity.hr_import.models import Verdict
from identity.hr_import.parsing import Heading, ParsedRow, ParsedTable
from identity.hr_import.plan_rows import Note, PlannedRow
from identity.hr_import.row_cells import cells_of
from kernel.messages import Message


def planned_rows(
    parsed: ParsedTable,
) -> tuple[list[PlannedRow], list[tuple[PlannedRow, ParsedRow]]]:
    """All rows in the order of the file, and the data rows with what was read of them."""
    order = {sheet.name: index for index, sheet in enumerate(parsed.sheets)}
    headers = {sheet.name: sheet.header for sheet in parsed.sheets}
    found: list[ParsedRow | Heading] = [*parsed.rows, *parsed.headings]
    found.sort(key=lambda row: (order[row.sheet], row.number))
    rows, pairs = [], []
    for position, row in enumerate(found):
        if isinstance(row, ParsedRow):
            planned = PlannedRow(position, row.number, row.sheet, Verdict.ACCEPT)
            planned.cells = cells_of(row.cells, headers[row.sheet])
            planned.notes = [Note(note.code, note.message) for note in row.notes]
            if row.refusals:
                first = row.refusals[0]
                planned.refuse(first.code, first.column.value, first.message)
            pairs.append((planned, row))
        else:
            planned = PlannedRow(position, row.number, row.sheet, Verdict.HEADING)
        rows.append(planned)
    return rows, pairs


def refuse_ambiguous_answers(rows: Sequence[PlannedRow], answered: Container[int]) -> None:
    """An answer names a row number; where two sheets have that row it may mean either."""
    data = [row for row in rows if row.verdict is not Verdict.HEADING]
    sheets = Counter(row.row for row in data)
    for row in data:
        if row.is_open and row.row in answered and sheets[row.row] > 1:
            message = Message(
                "Nhiều trang tính có số dòng này nên không rõ xác nhận cho dòng nào; "
                "hãy tách mỗi trang thành một tệp.",
                "Several sheets have this row number, so it is unclear which one was confirmed; "
                "send each sheet as a file of its own.",
            )
            row.refuse("match_ambiguous_row", "full_name", message)
