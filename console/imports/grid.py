"""The rows of a plan as a grid: each reason at its cell, sensitive cells masked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.imports.corrections import NEW
from console.imports.labels import SENSITIVE
from identity.hr_import import queries
from identity.hr_import.kept_file import Draft, open_draft
from identity.hr_import.models import ImportPlan, ImportRow, RowRefusal, Verdict
from identity.hr_import.plan_sheet import answer_key
from identity.hr_import.row_cells import columns_at_fault, open_cells
from identity.people.models import Person
from identity.people.queries import Place, places_on
from kernel.encryption import KeyRing

PAGE = 50
LARGEST_POSITION = 2**31 - 1
NAME = "full_name"
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
    first = position(after)
    return GridFilter(
        known, reason.replace("\0", ""), -1 if first is None else first, position(opened)
    )


def position(text: str) -> int | None:
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
    is_kept: bool
    """Retyped, and not checked yet."""
    messages: Sequence[Mapping[str, str]]
    """What is wrong with it, by language."""


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
    reasons: list[str]
    """Why it is refused, each once."""
    messages: Sequence[Mapping[str, str]]
    """What is to be said of the row at no cell of its own."""
    where: list[str]
    """Titles of the columns at which something is said."""
    answer: str | None
    """The id of a person, or `new`, where somebody has said so and it is not checked yet."""


@dataclass(frozen=True, slots=True)
class Grid:
    columns: list[tuple[str, str]]
    """Column and title."""
    rows: list[GridRow]
    verdict: str
    next_after: int | None
    may_correct: bool
    has_questions: bool = field(default=False)
    kept: int = 0
    """Cells and answers that are kept and not checked yet, on any page."""


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
    may_correct, draft = plan.is_open, open_draft(keys, plan)
    people = _people(session, shown, day)
    opened = wanted.opened if may_correct else None
    view = _View(keys, plan, people, draft, opened, may_correct)
    rows = [_row(view, row) for row in shown]
    first = [
        NAME,
        *dict.fromkeys(cell.column for row in rows for cell in row.cells if cell.is_fault),
    ]
    rows = [
        replace(row, cells=sorted(row.cells, key=lambda cell: _rank(cell.column, first)))
        for row in rows
    ]
    columns = sorted(_columns(plan).items(), key=lambda item: _rank(item[0], first))
    return Grid(
        [(column, title) for column, (_, title) in columns],
        rows,
        verdict,
        shown[-1].position if len(found) > PAGE else None,
        may_correct and any(row.row.verdict is Verdict.REFUSE for row in rows),
        any(row.proposals for row in rows),
        len(draft),
    )


def _rank(column: str, first: Sequence[str]) -> int:
    """Whose row it is, then what is wrong on this page, then the rest as in the sheet."""
    return first.index(column) if column in first else len(first)


def _columns(plan: ImportPlan, sheet: str | None = None) -> Mapping[str, Sequence[Any]]:
    """Column → [position, title] of one sheet, or of any, in the order of the sheet."""
    layout = plan.layout or {}
    found: dict[str, Any] = (layout.get(sheet) if sheet else None) or next(
        iter(layout.values()), {}
    )
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


@dataclass(frozen=True, slots=True)
class _View:
    """What all rows of a page are shown by."""

    keys: KeyRing
    plan: ImportPlan
    people: Mapping[str, Proposal]
    draft: Draft
    opened: int | None
    may_correct: bool


def _row(view: _View, row: ImportRow) -> GridRow:
    columns, texts = _columns(view.plan, row.sheet), open_cells(view.keys, row)
    may_type = view.may_correct and row.verdict is Verdict.REFUSE
    proposals = [view.people[person_id] for person_id in row.proposed if person_id in view.people]
    proposals = proposals if may_type else []
    faults, elsewhere = _placed(row, columns)
    is_open = may_type and row.position == view.opened
    cells = []
    for column, (position, title) in columns.items():
        is_fault = column in faults
        told = [one for one in faults.get(column, ()) if one.reason != QUESTION]
        types = is_open or (may_type and bool(told))
        retyped = view.draft.cells.get((row.sheet, row.row, position))
        text = texts.get(column, "") if retyped is None else retyped
        masked = column in SENSITIVE and bool(text) and not types and not is_fault
        shown = _mask(text) if masked else text
        is_kept = retyped is not None
        said = _messages(told if proposals else faults.get(column, ()))
        cells.append(GridCell(column, title, shown, is_fault, types, masked, is_kept, said))
    return GridRow(
        row,
        cells,
        proposals,
        is_open,
        list(dict.fromkeys(refusal.reason for refusal in row.refusals)),
        elsewhere,
        [cell.title for cell in cells if cell.messages],
        _answer(view, row),
    )


def _placed(
    row: ImportRow, columns: Iterable[str]
) -> tuple[Mapping[str, list[RowRefusal]], list[Mapping[str, str]]]:
    """What is wrong, by column; and what is to be said of the row as the sheet has no such cell."""
    faults: defaultdict[str, list[RowRefusal]] = defaultdict(list)
    elsewhere = []
    for refusal in row.refusals:
        places = columns_at_fault(refusal.column, columns)
        for column in places:
            faults[column].append(refusal)
        if not places:
            elsewhere.append(refusal)
    if row.refusals:
        return faults, _messages(elsewhere)
    return faults, [row.message] if row.message else []


def _messages(refusals: Iterable[RowRefusal]) -> list[Mapping[str, str]]:
    return [refusal.message for refusal in refusals if refusal.message]


def _answer(view: _View, row: ImportRow) -> str | None:
    key = answer_key(row.row, row.sheet)
    return view.draft.answers[key] or NEW if key in view.draft.answers else None


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
