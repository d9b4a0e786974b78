"""The file of a plan, kept sealed, and what was retyped of it since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from identity.hr_import.errors import ImportPlanSealed
from identity.hr_import.models import ImportPlan
from identity.hr_import.reader import read_table
from identity.hr_import.settings import ImportSettings
from identity.hr_import.table import CONTROLS, Cell, Merge, Row, Sheet, Table
from kernel.encryption import KeyRing

Place = tuple[str, int, int]
"""Sheet, row as the spreadsheet shows it, and position from 0."""
Corrections = Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Taken out of the database, so that it is read outside any transaction."""

    name: str
    content: bytes
    corrections: Corrections

    def read(self, settings: ImportSettings) -> Table:
        """Raises FileRefused."""
        return corrected(read_table(self.content, self.name, settings), self.corrections)


def seal_file(keys: KeyRing, plan: ImportPlan, content: bytes) -> None:
    plan.file_sealed = keys.seal(content, _file_context(plan.id))


def open_file(keys: KeyRing, plan: ImportPlan) -> KeptFile:
    """Raises ImportPlanSealed."""
    if plan.file_sealed is None:
        raise ImportPlanSealed
    content = keys.open(plan.file_sealed, _file_context(plan.id))
    return KeptFile(plan.file_name, content, open_corrections(keys, plan))


def seal_corrections(keys: KeyRing, plan: ImportPlan, corrections: Corrections) -> None:
    flat = [[*place, text] for place, text in corrections.items()]
    content = json.dumps(flat, ensure_ascii=False).encode()
    plan.corrections_sealed = keys.seal(content, _corrections_context(plan.id))


def open_corrections(keys: KeyRing, plan: ImportPlan) -> Corrections:
    if plan.corrections_sealed is None:
        return {}
    content = keys.open(plan.corrections_sealed, _corrections_context(plan.id))
    return {(sheet, row, position): text for sheet, row, position, text in json.loads(content)}


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed and is not checked yet."""

    cells: Corrections = field(default_factory=dict)
    answers: Mapping[str, str | None] = field(default_factory=dict)
    """By `plan_sheet.answer_key`: the id of a person, or None for somebody new."""

    def __bool__(self) -> bool:
        return bool(self.cells or self.answers)

    def __len__(self) -> int:
        return len(self.cells) + len(self.answers)

    def with_more(self, later: "Draft") -> "Draft":
        return Draft({**self.cells, **later.cells}, {**self.answers, **later.answers})


def seal_draft(keys: KeyRing, plan: ImportPlan, draft: Draft) -> None:
    flat = [[*place, text] for place, text in draft.cells.items()]
    content = json.dumps({"cells": flat, "answers": dict(draft.answers)}, ensure_ascii=False)
    plan.draft_sealed = keys.seal(content.encode(), _draft_context(plan.id)) if draft else None


def open_draft(keys: KeyRing, plan: ImportPlan) -> Draft:
    if plan.draft_sealed is None:
        return Draft()
    kept = json.loads(keys.open(plan.draft_sealed, _draft_context(plan.id)))
    cells = {(sheet, row, position): text for sheet, row, position, text in kept["cells"]}
    return Draft(cells, kept["answers"])


def _draft_context(plan_id: UUID) -> str:
    return f"import-draft:{plan_id}"


def _file_context(plan_id: UUID) -> str:
    return f"import-file:{plan_id}"


def _corrections_context(plan_id: UUID) -> str:
    return f"import-corrections:{plan_id}"


def corrected(table: Table, corrections: Corrections) -> Table:
    """The table with the retyped cells in their places."""
    by_sheet: dict[str, dict[tuple[int, int], str]] = {}
    for (sheet, row, position), text in corrections.items():
        by_sheet.setdefault(sheet, {})[row, position] = text
    sheets = (_corrected_sheet(sheet, by_sheet.get(sheet.name)) for sheet in table.sheets)
    return replace(table, sheets=tuple(sheets))


def _corrected_sheet(sheet: Sheet, retyped: Mapping[tuple[int, int], str] | None) -> Sheet:
    if not retyped:
        return sheet
    rows = list(sheet.rows)
    parted = {merge for merge in sheet.merges if any(_covers(merge, *at) for at in retyped)}
    for merge in parted:
        first = rows[merge.first_row - 1]
        value = first[merge.first_column] if merge.first_column < len(first) else None
        for number in range(merge.first_row, min(merge.last_row, len(rows)) + 1):
            if rows[number - 1]:
                rows[number - 1] = _with_cell(rows[number - 1], merge.first_column, value)
    for (number, position), text in retyped.items():
        if number <= len(rows):
            rows[number - 1] = _with_cell(rows[number - 1], position, _typed(text))
    kept = tuple(merge for merge in sheet.merges if merge not in parted)
    return replace(sheet, rows=rows, merges=kept)


def _covers(merge: Merge, row: int, column: int) -> bool:
    """Only what is merged downwards gives several rows one value."""
    inside = merge.first_row <= row <= merge.last_row and column == merge.first_column
    return inside and merge.last_row > merge.first_row


def _with_cell(row: Row, position: int, cell: Cell) -> Row:
    cells = [*row, *[None] * (position + 1 - len(row))]
    cells[position] = cell
    return tuple(cells)


def _typed(text: str) -> str | None:
    return CONTROLS.sub("", text).strip() or None
