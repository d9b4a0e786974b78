"""The rows of a plan as a grid: each reason at its cell, sensitive cells masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.imports.labels import SENSITIVE
from identity.hr_import import queries
from identity.hr_import.models import ImportPlan, ImportRow, Verdict
from identity.hr_import.row_cells import columns_at_fault, open_cells
from identity.people.models import Person
from identity.people.queries import Place, places_on
from kernel.encryption import KeyRing

PAGE = 50
LARGEST_POSITION = 2**31 - 1
QUESTION = "match_needs_confirmation"


@dataclass(frozen=True, slots=True)
class GridFilter:
    verdict: str = ""
    """Empty: what is refused, if anything is."""
    reason: str = ""
    after: int = -1
    opened: int | None = None
    """Position of the row that is shown with every cell to be typed in."""

    def query(self, **changed: Any) -> str:
        values = {"verdict": self.verdict, "reason": self.reason, "after": self.after} | changed
        kept = {name: value for name, value in values.items() if value not in ("", -1, None)}
        return "?" + urlencode(kept) if kept else ""


def grid_filter(
    verdict: Annotated[str, Query(max_length=20)] = "",
    reason: Annotated[str, Query(max_length=60)] = "",
    after: Annotated[str, Query(max_length=12)] = "",
    opened: Annotated[str, Query(max_length=12)] = "",
) -> GridFilter:
    """What no release knows narrows nothing."""
    known = verdict if verdict == "all" or verdict in set(Verdict) else ""
    first = _position(after)
    return GridFilter(
        known, reason.replace("\0", ""), -1 if first is None else first, _position(opened)
    )


def _position(text: str) -> int | None:
    if not text.isascii() or not text.isdecimal() or int(text) > LARGEST_POSITION:
        return None
    return int(text)


@dataclass(frozen=True, slots=True)
class GridCell:
    column: str
    title: str
    text: str
    is_fault: bool
    is_open: bool
    """Whether something else can be typed here."""
    is_masked: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    person_id: UUID
    full_name: str
    staff_number: str | None
    birth_date: date | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class GridRow:
    row: ImportRow
    cells: list[GridCell]
    proposals: list[Proposal]
    is_open: bool
    has_place: bool
    """Whether the reason is shown at a cell; else it stands at the row alone."""


@dataclass(frozen=True, slots=True)
class Grid:
    columns: list[tuple[str, str]]
    """Column and title."""
    rows: list[GridRow]
    verdict: str
    next_after: int | None
    may_correct: bool
    has_questions: bool = field(default=False)


def grid_of(
    session: Session, keys: KeyRing, plan: ImportPlan, wanted: GridFilter, day: date
) -> Grid:
    verdict = wanted.verdict or ("refuse" if plan.totals.get("refuse") else "all")
    verdicts = () if verdict == "all" else (Verdict(verdict),)
    found = queries.list_rows(
        session,
        plan.id,
        verdicts=verdicts,
        reason=wanted.reason or None,
        after=wanted.after,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    may_correct = plan.is_open
    people = _people(session, shown, day)
    rows = [_row(keys, plan, row, people, wanted.opened, may_correct=may_correct) for row in shown]
    columns = _columns(plan)
    return Grid(
        [(column, title) for column, (_, title) in columns.items()],
        rows,
        verdict,
        shown[-1].position if len(found) > PAGE else None,
        may_correct and any(row.row.verdict is Verdict.REFUSE for row in rows),
        any(row.proposals for row in rows),
    )


def _columns(plan: ImportPlan, sheet: str | None = None) -> Mapping[str, Sequence[Any]]:
    """Column → [position, title] of one sheet, or of any, in the order of the sheet."""
    layout = plan.layout or {}
    found: dict[str, Any] = (layout.get(sheet) if sheet else None) or next(
        iter(layout.values()), {}
    )
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def _row(
    keys: KeyRing,
    plan: ImportPlan,
    row: ImportRow,
    people: Mapping[str, Proposal],
    opened: int | None,
    *,
    may_correct: bool,
) -> GridRow:
    columns, texts = _columns(plan, row.sheet), open_cells(keys, row)
    may_type = may_correct and row.verdict is Verdict.REFUSE
    asked = row.reason == QUESTION
    faults = columns_at_fault(row.column, columns) if row.verdict is Verdict.REFUSE else set()
    is_open = may_type and row.position == opened
    cells = []
    for column, (_, title) in columns.items():
        is_fault = column in faults
        types = is_open or (may_type and is_fault and not asked)
        text = texts.get(column, "")
        masked = column in SENSITIVE and bool(text) and not types and not is_fault
        cells.append(
            GridCell(column, title, _mask(text) if masked else text, is_fault, types, masked)
        )
    proposals = [people[person_id] for person_id in row.proposed if person_id in people]
    return GridRow(row, cells, proposals if may_type else [], is_open, bool(faults))


def _mask(text: str) -> str:
    return "•••" + text[-3:] if len(text) > 6 else "•••"  # noqa: PLR2004  # else most would show


def _people(session: Session, rows: Sequence[ImportRow], day: date) -> dict[str, Proposal]:
    ids = {UUID(person_id) for row in rows for person_id in row.proposed}
    if not ids:
        return {}
    places = places_on(session, ids, day)
    people = session.scalars(select(Person).where(Person.id.in_(ids)))
    return {
        str(person.id): Proposal(
            person.id,
            person.full_name,
            person.staff_number,
            person.birth_date,
            places.get(person.id),
        )
        for person in people
    }
