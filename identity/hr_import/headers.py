"""Finds the one to three rows of column titles, wherever they stand, and what the sheet is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from identity.hr_import.columns import (
    INSTEAD_OF,
    OF_ORGANISATIONS,
    OF_PEOPLE,
    PARENTS,
    TITLES,
    UNDER,
    Column,
)
from identity.hr_import.kinds import SheetKind
from identity.hr_import.table import Row, Sheet
from identity.names.text import clean

ROWS_EXAMINED = 60
TALLEST_HEADER = 3
LONGEST_TITLE = 120

PERSON = {
    Column.FULL_NAME,
    Column.FAMILY_AND_MIDDLE_NAME,
    Column.STAFF_NUMBER,
    Column.CITIZEN_NUMBER,
}
BODY = {
    Column.PARENT_CODE,
    Column.ORGANISATION_KIND,
    Column.MAIL_STEM,
    Column.SHORT_NAME,
    Column.GSO_CODE,
}
IDENTITY = {
    Column.STAFF_NUMBER,
    Column.CITIZEN_NUMBER,
    Column.BIRTH_DATE,
    Column.BIRTH_DATE_OF_MEN,
    Column.BIRTH_MONTH,
}
WITHOUT_MEANING = {Column.IGNORED, Column.REASON}


@dataclass(frozen=True, slots=True)
class Header:
    first_row: int
    last_row: int
    columns: Mapping[Column, int]
    """Where each column stands, from 0. Columns without a known title are not read."""
    titles: Mapping[int, str]
    kind: SheetKind


def find_header(sheet: Sheet) -> Header | None:
    """The block of rows that knows most columns; of equals the lowest and then the first."""
    best: Header | None = None
    best_score = 0.0
    rows = _with_merges(sheet)
    for first in range(len(rows)):
        for height in range(1, TALLEST_HEADER + 1):
            if first + height > len(rows):
                break
            header, score = _read_block(rows, first, height)
            if header is not None and score > best_score:
                best, best_score = header, score
    return best


def _with_merges(sheet: Sheet) -> list[list[str]]:
    """The titles of the first rows; each cell of a merged range shows the text of the range."""
    rows = [_texts(row) for row in sheet.rows[:ROWS_EXAMINED]]
    for merge in sheet.merges:
        if merge.last_row > len(rows) or merge.first_column >= len(rows[merge.first_row - 1]):
            continue
        text = rows[merge.first_row - 1][merge.first_column]
        for row in rows[merge.first_row - 1 : merge.last_row]:
            row.extend([""] * (merge.last_column + 1 - len(row)))
            for column in range(merge.first_column, merge.last_column + 1):
                row[column] = text
    return rows


def _texts(row: Row) -> list[str]:
    return [clean(cell) if isinstance(cell, str) and len(cell) <= 500 else "" for cell in row]  # noqa: PLR2004


def _read_block(rows: list[list[str]], first: int, height: int) -> tuple[Header | None, float]:
    block = rows[first : first + height]
    stacks = {column: stack for column, stack in _stacks(block) if stack}
    if len(set(map(tuple, stacks.values()))) < 2:  # noqa: PLR2004  # a merged title, not titles
        return None, 0
    known = {column: resolve(tuple(stack)) for column, stack in stacks.items()}
    known = _by_subject(known, stacks)
    columns: dict[Column, int] = {}
    score = 0.0
    for position, (column, certainty) in sorted(
        known.items(), key=lambda item: (-item[1][1], item[0])
    ):
        if column is None or column in columns:
            continue
        columns[column] = position
        score += certainty if column not in WITHOUT_MEANING else 0
    kind = kind_of(columns)
    if kind is None or score < max(1.6, len(stacks) / 4):
        return None, 0
    titles = {column: " ".join(stack) for column, stack in stacks.items()}
    header = Header(first + 1, first + height, _with_stand_ins(columns), titles, kind)
    return header, score - 0.05 * height


def _stacks(block: list[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The titles above each other in every column, the parents first.

    Where merges are lost (CSV), a parent also counts for the columns to its right that have a
    child but no parent.
    """
    carried = [""] * len(block)
    for column in range(max(map(len, block), default=0)):
        cells = [row[column] if column < len(row) else "" for row in block]
        for level, cell in enumerate(cells[:-1]):
            if cell:
                carried[level] = cell if not cells[-1] or level < len(cells) - 1 else ""
            elif cells[-1] and any(cells[level + 1 :]):
                cells[level] = carried[level]
            else:
                carried[level] = ""
        stack: list[str] = []
        for cell in cells:
            if cell and cell not in stack:
                stack.append(cell)
        yield column, stack


@lru_cache(maxsize=4096)
def resolve(stack: tuple[str, ...]) -> tuple[Column | None, float]:
    """The column that a stack of titles names, and how certain that is (0 to 1)."""
    child = stack[-1]
    if len(child) > LONGEST_TITLE:
        return None, 0
    for title in reversed(stack[:-1]):
        parent = PARENTS.find(title) or _find(title)[0]
        if parent in UNDER and (column := UNDER[parent].find(child)):
            return column, 1.0
    column, certainty = _find(child)
    if column is None and len(stack) > 1:
        column, certainty = TITLES.find(" ".join(stack)), 0.8
    return column, certainty


def _find(title: str) -> tuple[Column | None, float]:
    if column := TITLES.find(title):
        return column, 1.0
    return TITLES.find_start(title), 0.6


Known = dict[int, tuple[Column | None, float]]


def _by_subject(known: Known, stacks: Mapping[int, list[str]]) -> Known:
    """Titles such as "Name" or "Tên" mean a person or a body, depending on the columns beside."""
    found = {column for column, _ in known.values()}
    about_bodies = found & BODY and not found & PERSON
    subject = OF_ORGANISATIONS if about_bodies else OF_PEOPLE
    decided = dict(known)
    for position, stack in stacks.items():
        if column := subject.find(stack[-1]):
            decided[position] = (column, 1.0)
    return _birth_parts(decided)


def _birth_parts(known: Known) -> Known:
    """Ngày sinh | Tháng sinh | Năm sinh are three parts; alone the first is the whole date."""
    found = {column for column, _ in known.values()}
    if Column.BIRTH_MONTH not in found or Column.BIRTH_DAY in found:
        return known
    return {
        position: (Column.BIRTH_DAY if column is Column.BIRTH_DATE else column, certainty)
        for position, (column, certainty) in known.items()
    }


def kind_of(columns: Mapping[Column, int]) -> SheetKind | None:
    found = set(columns)
    named = found & {Column.ORGANISATION_CODE, Column.ORGANISATION_NAME}
    if found & PERSON or (Column.GIVEN_NAME in found and not found & BODY):
        if Column.REQUEST in found or not found & IDENTITY:
            return SheetKind.REQUESTS
        return SheetKind.PEOPLE
    if Column.ADDRESS_STEM in found and (named or Column.DISPLAY_NAME in found):
        return SheetKind.ORGANISATION_ACCOUNTS
    if named and (found & BODY or len(named) > 1):
        return SheetKind.ORGANISATIONS
    return None


def _with_stand_ins(columns: dict[Column, int]) -> dict[Column, int]:
    has_parts = Column.BIRTH_MONTH in columns or Column.BIRTH_DATE_OF_MEN in columns
    for wanted, stand_ins in INSTEAD_OF.items():
        if wanted in columns or (wanted is Column.BIRTH_DATE and has_parts):
            continue
        if wanted is Column.FULL_NAME and Column.FAMILY_AND_MIDDLE_NAME in columns:
            continue
        for stand_in in stand_ins:
            if stand_in in columns:
                columns[wanted] = columns.pop(stand_in)
                break
    return columns
