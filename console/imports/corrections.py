"""What was typed into the grid, compared with what stands there."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from identity.hr_import import queries
from identity.hr_import.errors import ImportPlanRevised
from identity.hr_import.models import ImportPlan, Verdict
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
    return Typed(int(revision), "again" in form, cells, answers)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_POSITION


@dataclass(frozen=True, slots=True)
class Corrected:
    cells: dict[tuple[str, int, int], str]
    answers: dict[int, UUID | None]

    def __bool__(self) -> bool:
        return bool(self.cells or self.answers)


def corrected(session: Session, keys: KeyRing, plan: ImportPlan, typed: Typed) -> Corrected:
    """Only cells of refused rows that read differently now, and answers to what was asked."""
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
        if row and place and text != known[position].get(column, "").strip():
            cells[row.sheet, row.row, place[0]] = text
    answers = {
        rows[position].row: None if who == NEW else UUID(who)
        for position, who in typed.answers.items()
        if position in rows and (who == NEW or who in rows[position].proposed)
    }
    return Corrected(cells, answers)
