"""The rows of a parsed sheet as rows of a plan, before the registry is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

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
            for refusal in row.refusals:
                planned.refuse(refusal.code, refusal.column.value, refusal.message)
            pairs.append((planned, row))
        else:
            planned = PlannedRow(position, row.number, row.sheet, Verdict.HEADING)
        rows.append(planned)
    return rows, pairs


def answer_key(row: int, sheet: str) -> str:
    """How an answer names its row; whoever leaves the sheet out means the only one that has it."""
    return f"{row}:{sheet}"


def parse_answer_key(text: str) -> str:
    """As people write it. Raises ValueError."""
    row, colon, sheet = text.partition(":")
    return f"{int(row)}{colon}{sheet}"


def answers_by_position(
    rows: Sequence[PlannedRow], answers: Mapping[str, UUID | None]
) -> dict[int, UUID | None]:
    """Where several sheets have a row that was named without its sheet, each of them is refused."""
    data = [row for row in rows if row.verdict is not Verdict.HEADING]
    sheets = Counter(row.row for row in data)
    found: dict[int, UUID | None] = {}
    for row in data:
        exact, vague = answer_key(row.row, row.sheet), str(row.row)
        if exact in answers:
            found[row.position] = answers[exact]
        elif vague in answers and sheets[row.row] == 1:
            found[row.position] = answers[vague]
        elif vague in answers and row.is_open:
            message = Message(
                "Nhiều trang tính có số dòng này nên không rõ xác nhận cho dòng nào; "
                "hãy ghi cả tên trang tính, hoặc xác nhận trong bảng.",
                "Several sheets have this row number, so it is unclear which one was confirmed; "
                "name the sheet too, or confirm it in the grid.",
            )
            row.refuse("match_ambiguous_row", "full_name", message)
    return found
