"""What stands in a row, as people see it: kept with the plan, so that errors show at their cell."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from identity.hr_import.columns import Column
from identity.hr_import.findings import shown
from identity.hr_import.headers import Header
from identity.hr_import.models import ImportRow
from identity.hr_import.parsing import ReadSheet
from identity.hr_import.table import Row
from kernel.encryption import KeyRing

LONGEST_KEPT = 400
LONGEST_TITLE = 120
UNSHOWN = {Column.ORDINAL, Column.REASON, Column.IGNORED}

Layout = Mapping[str, Mapping[str, tuple[int, str]]]
"""Sheet → column → position and title."""


def layout_of(sheets: tuple[ReadSheet, ...]) -> dict[str, dict[str, list[Any]]]:
    """In the order of the sheet."""
    return {sheet.name: _columns(sheet.header) for sheet in sheets}


def _columns(header: Header) -> dict[str, list[Any]]:
    placed = sorted(header.columns.items(), key=lambda item: item[1])
    return {
        column.value: [position, header.titles.get(position, "")[:LONGEST_TITLE]]
        for column, position in placed
        if column not in UNSHOWN
    }


def cells_of(cells: Row, header: Header) -> dict[str, str]:
    """Column → text, without what is empty."""
    return {
        column.value: text
        for column, position in header.columns.items()
        if column not in UNSHOWN
        and position < len(cells)
        and (text := shown(cells[position], LONGEST_KEPT))
    }


def seal_cells(keys: KeyRing, plan_id: UUID, position: int, cells: Mapping[str, str]) -> bytes:
    text = json.dumps(cells, ensure_ascii=False)
    return keys.seal(text.encode(), _context(plan_id, position))


def open_cells(keys: KeyRing, row: ImportRow) -> dict[str, str]:
    """Empty for headings, and once the file is no longer kept."""
    if row.cells_sealed is None:
        return {}
    content = keys.open(row.cells_sealed, _context(row.plan_id, row.position))
    cells: dict[str, str] = json.loads(content)
    return cells


def _context(plan_id: UUID, position: int) -> str:
    return f"import-cells:{plan_id}:{position}"


RELATED: Mapping[str, tuple[Column, ...]] = {
    Column.BIRTH_DATE: (
        Column.BIRTH_DAY,
        Column.BIRTH_MONTH,
        Column.BIRTH_YEAR,
        Column.BIRTH_DATE_OF_MEN,
        Column.BIRTH_DATE_OF_WOMEN,
    ),
    Column.FULL_NAME: (Column.FAMILY_AND_MIDDLE_NAME, Column.GIVEN_NAME),
    Column.SEX: (Column.IS_MAN, Column.IS_WOMAN),
    Column.ORGANISATION_CODE: (Column.ORGANISATION_NAME, Column.DEPARTMENT_NAME),
    Column.ORGANISATION_NAME: (Column.ORGANISATION_CODE, Column.DEPARTMENT_NAME),
    Column.CITIZEN_NUMBER: (Column.STAFF_NUMBER,),
    Column.STAFF_NUMBER: (Column.CITIZEN_NUMBER,),
}
"""Where a sheet says something in other columns than the one that a reason names."""


def columns_at_fault(column: str | None, present: Iterable[str]) -> set[str]:
    """The cells of a sheet with these columns that a reason is about."""
    there = set(present)
    if column is None or column in there:
        return {column} & there if column else set()
    return {other.value for other in RELATED.get(column, ())} & there
