"""The sample province against the verdicts that its maker wrote down."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from identity.hr_import.kinds import SheetKind
from identity.hr_import.parsing import ParsedTable, parse_table
from identity.hr_import.reader import read_table

CHECKOUT = Path(__file__).parents[3]
SAMPLE = CHECKOUT / "sample" / "bac-kan"
TRUTH = CHECKOUT.parent / "shared" / "data" / "backan" / "hr-truth.csv"
NEEDS_OTHER_ROWS = {"organisation_unknown", "staff_number_conflict", "duplicate_row"}
"""Reasons that only the registry or the rest of the file can tell."""


@pytest.fixture(scope="module")
def parsed() -> ParsedTable:
    path = SAMPLE / "hr.xlsx"
    return parse_table(read_table(path, path.name), today=date(2024, 6, 1))


@pytest.fixture(scope="module")
def truth() -> Mapping[int, tuple[str, str]]:
    with TRUTH.open(encoding="utf-8", newline="") as file:
        return {int(row["row"]): (row["verdict"], row["reason"]) for row in csv.DictReader(file)}


def test_every_row_gets_the_verdict_that_its_cells_alone_allow(
    parsed: ParsedTable, truth: Mapping[int, tuple[str, str]]
) -> None:
    seen = {heading.number: ("heading", "") for heading in parsed.headings}
    for row in parsed.rows:
        code = row.refusals[0].code if row.refusals else ""
        seen[row.number] = ("refuse", code) if code else ("accept", "")
    for number, (verdict, reason) in truth.items():
        if reason in NEEDS_OTHER_ROWS:
            assert seen[number] == ("accept", ""), number
        elif verdict == "either":
            assert seen[number] in {("accept", ""), ("refuse", reason)}, number
        else:
            assert seen[number] == (verdict, reason), number


def test_no_row_of_the_sheet_is_lost(parsed: ParsedTable) -> None:
    numbers = [row.number for row in parsed.rows] + [item.number for item in parsed.headings]
    assert len(numbers) == len(set(numbers))
    assert len(parsed.rows) == 6089
    assert parsed.kind is SheetKind.PEOPLE


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("organisations.csv", SheetKind.ORGANISATIONS, 442),
        ("organisation-accounts.csv", SheetKind.ORGANISATION_ACCOUNTS, 500),
    ],
)
def test_the_other_sample_files_are_read_whole(name: str, kind: SheetKind, count: int) -> None:
    parsed = parse_table(read_table(SAMPLE / name, name), today=date(2024, 6, 1))
    assert parsed.kind is kind
    assert len(parsed.rows) == count
    assert not any(row.refusals for row in parsed.rows)
