import stat
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import func, select

from identity.people.models import Person
from kernel.database import Database
from tests.entrypoints.cli.conftest import Cli
from tests.support.registry import Province, people_row, workbook

GOOD = people_row(1)
BAD = people_row(2, name="Lê Văn An", sex="Nam", citizen="12")


@pytest.fixture
def file(tmp_path: Path, province: Province) -> Path:
    """One row that is accepted, one that is refused, in row 2 and 3."""
    province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    path = tmp_path / "danh sách.xlsx"
    path.write_bytes(workbook(GOOD, BAD))
    return path


def count_people(db: Database) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_dry_run_answers_with_the_plan_and_writes_nothing(
    congvu: Cli, file: Path, db: Database
) -> None:
    plan = congvu("import", str(file), "--dry-run", "--json").json
    assert {"plan", "totals", "rows"} <= plan.keys()
    assert UUID(plan["plan"])
    assert (plan["totals"]["accept"], plan["totals"]["refuse"]) == (1, 1)
    keys = ("row", "verdict", "reason", "column")
    assert [tuple(row[key] for key in keys) for row in plan["rows"]] == [
        (2, "accept", None, None),
        (3, "refuse", "citizen_number_invalid", "citizen_number"),
    ]
    assert count_people(db) == 0


def test_everything_wrong_with_a_row_is_told(
    congvu: Cli, tmp_path: Path, province: Province
) -> None:
    province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(people_row(1, birth="30/02/1990", code="H03.9")))
    (row,) = congvu("import", str(path), "--dry-run", "--json").json["rows"]
    assert [(refusal["reason"], refusal["column"]) for refusal in row["refusals"]] == [
        ("birth_date_invalid", "birth_date"),
        ("organisation_unknown", "organisation_code"),
    ]
    assert row["refusals"][0]["message"] == row["message"]
    shown = congvu("import", str(path), "--dry-run").out
    assert "birth_date" in shown
    assert "H03.9" in shown


def test_with_yes_it_is_applied_and_again_changes_nothing(
    congvu: Cli, file: Path, db: Database
) -> None:
    first = congvu("import", str(file), "--yes", "--no-wait", "--json").json
    assert first["totals"]["accept"] == 1
    assert count_people(db) == 1
    again = congvu("import", str(file), "--yes", "--no-wait", "--json").json
    assert [row["verdict"] for row in again["rows"]] == ["unchanged", "refuse"]
    assert count_people(db) == 1


def test_a_person_is_asked_before_anything_is_written(
    congvu: Cli, file: Path, db: Database
) -> None:
    answer = congvu("import", str(file), "--no-wait", typed="n\n")
    assert "Áp dụng?" in answer.out
    assert count_people(db) == 0
    congvu("import", str(file), "--no-wait", typed="y\n")
    assert count_people(db) == 1


def test_as_json_nothing_is_asked_and_nothing_written(
    congvu: Cli, file: Path, db: Database
) -> None:
    congvu("import", str(file), "--json")
    assert count_people(db) == 0


def test_refused_rows_are_corrected_in_the_sheet_that_comes_back(
    congvu: Cli, file: Path, tmp_path: Path, db: Database
) -> None:
    rejected = tmp_path / "rejected.xlsx"
    answer = congvu("import", str(file), "--yes", "--no-wait", "--rejected", str(rejected))
    assert "refuse 1" in answer.out
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
    book = openpyxl.load_workbook(rejected)
    cells = {cell.value: cell for row in book.worksheets[0].iter_rows() for cell in row}
    cells["12"].value = "006085000002"
    book.save(rejected)
    corrected = congvu("import", str(rejected), "--yes", "--no-wait", "--json").json
    assert corrected["totals"]["accept"] == 1
    assert count_people(db) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"%PDF-1.7 \x00"),
        ("a.xlsx", b"PK\x03\x04" + bytes(100)),
        ("a.csv", bytes(1000)),
        ("a.docx", b"hello"),
        ("a.xlsx", b""),
    ],
)
def test_a_hostile_file_ends_in_one_error_in_both_languages(
    congvu: Cli, tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    answer = congvu("import", str(file), "--dry-run", "--json", code=1)
    error = answer.json["error"]
    assert error["code"].startswith("file-")
    assert len(answer.err.splitlines()) == 2
    assert error["vi"] in answer.err
    assert f"{error['en']} ({error['code']})" in answer.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("import",),
        ("import", "missing.xlsx"),
        ("import", ".", "--match", "x"),
        ("import", "--no-such-option"),
        ("no-such-command",),
        ("token", "create", "x"),
        ("token", "create", "x", "--permission", "everything"),
        ("token", "revoke", "x"),
        ("account", "suspend", "x"),
        ("domain", "add", "x.vn", "--preset", "none"),
        ("organisation", "tree", "--on", "tomorrow"),
        ("directory", "export"),
    ],
)
def test_wrong_usage_ends_with_two(congvu: Cli, arguments: tuple[str, ...]) -> None:
    answer = congvu(*arguments, code=2)
    assert answer.out == ""
    assert "Usage:" in answer.err
