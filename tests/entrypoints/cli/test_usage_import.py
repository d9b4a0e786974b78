from pathlib import Path

import pytest

from kernel.database import Database
from tests.entrypoints.cli.conftest import Cli
from tests.support.small_province import found_province

GOOD = "mailbox,day,sent\nnganth1,2026-11-20,3\n"


@pytest.fixture
def file(db: Database, tmp_path: Path) -> Path:
    found_province(db).hire(1)
    return tmp_path / "counts.csv"


def test_counts_are_imported_once(congvu: Cli, file: Path) -> None:
    file.write_text(GOOD)
    arguments = ("usage", "import", str(file), "--source", "zimbra")
    assert congvu(*arguments, "--dry-run", "--json").json["written"] is False
    told = congvu(*arguments, "--json").json
    assert (told["changed"], told["totals"]["sent"], told["written"]) == (1, 3, True)
    assert "0 changes written" in congvu(*arguments).out


def test_wrong_rows_are_listed_and_the_exit_code_says_so(congvu: Cli, file: Path) -> None:
    file.write_text(GOOD + "nobody,2026-11-20,1\n" + "x" * 100_000 + "\n")
    answer = congvu("usage", "import", str(file), "--source", "zimbra", code=1)
    assert "There is no such mailbox." in answer.out
    assert "usage-rows-refused" in answer.err
    faults = congvu("usage", "import", str(file), "--source", "zimbra", "--json", code=1).out
    assert '"line": 4' in faults
