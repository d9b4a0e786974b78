import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pypdf
import pytest

from kernel.clock import office_day, utc_now
from mail_admin.rate.periods import month_window
from mail_admin.rate.settings import Sign
from tests.entrypoints.cli.conftest import Cli
from tests.support.small_usage import Small, small
from tests.support.usage import use

__all__ = ["small"]

pytestmark = pytest.mark.usefixtures("small")
BASIS = ("--reason", "chốt số liệu quý IV", "--document", "15/BC-SKHCN")


def past() -> str:
    """October 2026 is long over when this test runs, or this month if it is not."""
    assert office_day(utc_now()) > date(2026, 10, 31)
    return "2026-10"


def test_months_that_have_figures(congvu: Cli) -> None:
    assert congvu("usage", "months", "--json").json == ["2026-10"]
    assert "2026-10" in congvu("usage", "months").out


def test_the_report_of_a_month(congvu: Cli) -> None:
    found = congvu("usage", "report", "--month", past(), "--json").json
    assert found["month"] == "2026-10"
    figures = {
        row["code"]: (row["in_service"], row["active"], row["rate"])
        for row in found["organisations"]
    }
    assert figures == {"H03": (5, 3, 0.6), "H03.1": (3, 2, 2 / 3), "H03.2": (2, 1, 0.5)}
    assert found["formula"]["vi"].startswith("Tỷ lệ sử dụng = ")
    shown = congvu("usage", "report", "--month", past()).out
    assert "60.0 %" in shown
    assert found["formula"]["vi"] in shown
    assert found["formula"]["en"] in shown


def test_one_branch_and_one_kind_of_mailbox(congvu: Cli) -> None:
    command = ("usage", "report", "--month", past(), "--json")
    below = congvu(*command, "--under", "H03.2").json
    assert [row["code"] for row in below["organisations"]] == ["H03.2"]
    persons = congvu(*command, "--persons").json
    assert persons["total"]["in_service"] == 4
    offices = congvu(*command, "--organisations").json
    assert offices["total"]["in_service"] == 1
    quarter = congvu(*command, "--period", "quarter").json
    assert (quarter["label"], quarter["missing"]) == ("2026-Q4", ["2026-11", "2026-12"])


def test_files_of_the_report(congvu: Cli, tmp_path: Path) -> None:
    files = {name: tmp_path / f"thang.{name}" for name in ("xlsx", "pdf", "csv")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    congvu("usage", "report", "--month", past(), *options)
    sheet = openpyxl.load_workbook(files["xlsx"]).active
    assert sheet is not None
    assert sheet["A8"].value == "UBND tỉnh"
    assert "BÁO CÁO" in pypdf.PdfReader(files["pdf"]).pages[0].extract_text()
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text("utf-8-sig"))))
    assert [row["Tỷ lệ sử dụng"] for row in rows] == ["0.6000", "0.6667", "0.5000"]


def test_what_is_not_there_is_refused(congvu: Cli) -> None:
    for arguments, code in (
        (("report", "--month", "2025-01"), "usage-figures-missing"),
        (("report", "--month", "2026-13"), "usage-month-invalid"),
        (("report", "--month", past(), "--under", "H99"), "usage-organisation-missing"),
        (("corrections", "--month", past()), "usage-month-open"),
        (("corrections", "--month", "2025-01"), "usage-figures-missing"),
    ):
        assert code in congvu("usage", *arguments, code=1).err


def test_the_mailboxes_behind_a_number(congvu: Cli) -> None:
    command = ("usage", "mailboxes", "--month", past(), "--organisation", "H03.1")
    found = congvu(*command, "--state", "unused", "--json").json
    (mailbox,) = found["mailboxes"]
    assert mailbox["used"]["program"] == ["2026-10-09"]
    assert "3 mailboxes" in congvu(*command).out


def test_a_month_is_closed_and_corrections_are_listed(congvu: Cli, small: Small) -> None:
    congvu("usage", "close", "--month", past(), *BASIS)
    assert "usage-month-closed" in congvu("usage", "close", "--month", past(), *BASIS, code=1).err
    present = month_window(office_day(utc_now())).label
    refused = congvu("usage", "close", "--month", present, *BASIS, code=1)
    assert "usage-month-not-over" in refused.err
    with small.registry() as registry:
        use(registry.session, small.account(registry, "unused"), Sign.WEB, date(2026, 10, 30))
    (correction,) = congvu("usage", "corrections", "--month", past(), "--json").json
    assert (correction["then"]["active"], correction["now"]["active"]) == (False, True)
    assert "1 mailboxes differ" in congvu("usage", "corrections", "--month", past()).out
    report = congvu("usage", "report", "--month", past(), "--json").json
    assert (report["is_closed"], report["total"]["active"]) == (True, 3)


def test_leave_is_registered_listed_and_ended(congvu: Cli) -> None:
    congvu(
        "person", "leave", "hopthu5", "--from", "2026-10-05", "--to", "2026-10-30",
        "--kind", "study", "--reason", "đi học",
    )  # fmt: skip
    (leave,) = congvu("person", "leaves", "hopthu5", "--json").json
    assert (leave["first_day"], leave["last_day"]) == ("2026-10-05", "2026-10-30")
    found = congvu("usage", "report", "--month", past(), "--json").json
    assert found["total"]["in_service"] == 4
    congvu("person", "end-leave", "hopthu5", "--on", "12/10/2026", "--reason", "về sớm")
    (leave,) = congvu("person", "leaves", "hopthu5", "--json").json
    assert leave["last_day"] == "2026-10-11"
    assert "2026-10-11" in congvu("person", "leaves", "hopthu5").out
    found = congvu("usage", "report", "--month", past(), "--json").json
    assert found["total"]["in_service"] == 5
    overlapping = (
        "person", "leave", "hopthu5", "--from", "2026-10-06", "--kind", "sick", "--reason", "ốm",
    )  # fmt: skip
    assert "leave-period-invalid" in congvu(*overlapping, code=1).err
    nobody = ("person", "end-leave", "hopthu9", "--on", "2026-10-06", "--reason", "về")
    assert "leave-not-found" in congvu(*nobody, code=1).err
