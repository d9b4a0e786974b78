"""What was typed into the grid, compared with what stands there."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from identity.hr_import import queries
from identity.hr_import.errors import ImportPlanRevised
from identity.hr_import.kept_file import Draft, open_draft
from identity.hr_import.models import ImportPlan, ImportRow, Verdict
from identity.hr_import.plan_sheet import answer_key
from identity.hr_import.row_cells import open_cells
from kernel.encryption import KeyRing

CELL, ANSWER = "o-", "la-"
NEW = "new"
LONGEST_POSITION = 9


@dataclass(frozen=True, slots=True)
class Typed:
    revision: int
    again: bool
    """Plan the file again even though nothing was typed."""
    keep: str | None
    """Only keep what was typed, and go on to the rows after this position; None to check it."""
    drop: bool
    """Forget what was kept."""
    cells: Mapping[tuple[int, str], str]
    """(position, column) → text."""
    answers: Mapping[int, str]
    """Position → id of a person, or `new`."""


def typed_in(form: FormData) -> Typed:
    """Fields that no page of ours has say nothing. Raises ImportPlanRevised without a revision."""
    cells: dict[tuple[int, str], str] = {}
    answers: dict[int, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str):
            continue
        position, _, column = name.removeprefix(CELL).partition("-")
        if name.startswith(CELL) and _is_number(position):
            cells[int(position), column] = value.strip()
        position = name.removeprefix(ANSWER)
        if name.startswith(ANSWER) and _is_number(position) and value:
            answers[int(position)] = value
    revision = form.get("revision")
    if not isinstance(revision, str) or not _is_number(revision):
        raise ImportPlanRevised
    keep = form.get("keep")
    return Typed(
        int(revision),
        "again" in form,
        keep if isinstance(keep, str) else None,
        "drop" in form,
        cells,
        answers,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_POSITION


def corrected(session: Session, keys: KeyRing, plan: ImportPlan, typed: Typed) -> Draft:
    """Only cells of refused rows that read differently now, and answers to what was asked."""
    draft = open_draft(keys, plan)
    positions = {position for position, _ in typed.cells} | typed.answers.keys()
    rows = {
        row.position: row
        for row in queries.rows_at(session, plan.id, positions)
        if row.verdict is Verdict.REFUSE
    }
    layout = plan.layout or {}
    cells: dict[tuple[str, int, int], str] = {}
    known = {position: open_cells(keys, row) for position, row in rows.items()}
    for (position, column), text in typed.cells.items():
        row = rows.get(position)
        place = layout.get(row.sheet, {}).get(column) if row else None
        if row is None or place is None:
            continue
        key = (row.sheet, row.row, place[0])
        if text != draft.cells.get(key, known[position].get(column, "").strip()):
            cells[key] = text
    return Draft(cells, _answers(typed, rows, draft))


def _answers(typed: Typed, rows: Mapping[int, ImportRow], draft: Draft) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for position, who in typed.answers.items():
        row = rows.get(position)
        if row is None or not (who == NEW or who in row.proposed):
            continue
        key, answer = answer_key(row.row, row.sheet), None if who == NEW else who
        if key not in draft.answers or draft.answers[key] != answer:
            found[key] = answer
    return found
