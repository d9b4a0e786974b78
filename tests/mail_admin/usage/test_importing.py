"""Files of daily counts: replaced as a whole, repeated without effect, refused as a whole."""

import random
from datetime import UTC, date, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from sqlalchemy import func, select, text

from identity.accounts.models import Account
from kernel.access import Actor
from kernel.audit import AuditRecord, Basis
from kernel.database import Database
from mail_admin.usage.collector import Counting
from mail_admin.usage.csv_file import COLUMNS
from mail_admin.usage.errors import UsageFileInvalid, UsageSourceInvalid
from mail_admin.usage.events import Observed, event_id
from mail_admin.usage.importing import Outcome, UsageImporter
from mail_admin.usage.models import UsageDay, UsageMonth
from mail_admin.usage.recount import list_differences
from mail_admin.usage.settings import UsageSettings
from tests.support.small_province import found_province

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
BASIS = Basis("test")
OPERATOR = Actor.operator("test")
MONTHS = (date(2026, 10, 1), date(2026, 11, 1))
EMPTY = "TRUNCATE " + ", ".join(
    f"mail_admin_usage_{name}" for name in ("event", "day", "month", "import")
)


@pytest.fixture(autouse=True)
def province(db: Database) -> None:
    found_province(db).hire(3)


def run(db: Database, *rows: str, source: str = "zimbra", dry_run: bool = False) -> Outcome:
    return run_bytes(db, "\n".join(rows).encode(), source=source, dry_run=dry_run)


def run_bytes(
    db: Database, content: bytes, *, source: str = "zimbra", dry_run: bool = False
) -> Outcome:
    importer = UsageImporter(db, UsageSettings(), lambda: NOW)
    lines = content.splitlines(keepends=True)
    return importer.run(OPERATOR, lines, source, BASIS, dry_run=dry_run)


HEADER = "mailbox,day,web_sign_ins,sent,read,stored_bytes"


def of_day(db: Database, login: str = "nganth1") -> tuple[int, int, int, int | None] | None:
    with db.transaction() as session:
        row = session.execute(
            select(UsageDay.web_sign_ins, UsageDay.sent, UsageDay.read, UsageDay.stored_bytes)
            .where(text("account_id = (SELECT id FROM identity_account WHERE login = :login)"))
            .params(login=login)
        ).one_or_none()
        return tuple(row) if row else None  # type: ignore[return-value]


def assert_recounted(db: Database) -> None:
    with db.transaction() as session:
        for month in MONTHS:
            assert list_differences(session, month) == []


def audited(db: Database) -> int:
    with db.transaction() as session:
        statement = select(func.count()).where(AuditRecord.tag == "usage:imported")
        return session.scalar(statement) or 0


def test_counts_are_taken_in_and_a_repetition_changes_nothing(db: Database) -> None:
    rows = (HEADER, "nganth1,2026-11-20,2,3,4,1000", " NganTH2 ,20/11/2026,1,,0,")
    first = run(db, *rows)
    assert (first.rows, first.days, first.changed, first.is_written) == (2, 1, 2, True)
    assert of_day(db) == (2, 3, 4, 1000)
    assert of_day(db, "nganth2") == (1, 0, 0, None)
    assert run(db, *rows).changed == 0
    assert of_day(db) == (2, 3, 4, 1000)
    assert audited(db) == 1
    assert_recounted(db)


def test_a_corrected_file_replaces_what_the_source_told_of_its_days(db: Database) -> None:
    run(db, HEADER, "nganth1,2026-11-20,2,3,4,1000", "nganth2,2026-11-20,1,1,1,5")
    run(db, HEADER, "nganth2,2026-11-21,7,7,7,9")
    corrected = run(db, HEADER, "nganth1,2026-11-20,1,0,4,500")
    assert (corrected.changed, corrected.withdrawn) == (2, 1)
    assert of_day(db) == (1, 0, 4, 500)
    with db.transaction() as session:
        masks = session.execute(
            select(UsageMonth.web_days, UsageMonth.sent_days, UsageMonth.stored_bytes)
            .join(Account, Account.id == UsageMonth.account_id)
            .order_by(Account.login)
        ).all()
    assert [tuple(row) for row in masks] == [(1 << 19, 0, 500), (1 << 20, 1 << 20, 9)]
    assert_recounted(db)


def test_two_sources_and_the_logs_add_up(db: Database) -> None:
    event = Observed(event_id("x"), NOW.timestamp() - 3600, "nganth1", "read")
    Counting(db, UsageSettings(), lambda: NOW).count("dovecot", [event])
    for source in ("zimbra", "exchange"):
        run(db, HEADER, "nganth1,2026-11-28,0,1,1,", source=source)
    assert of_day(db) == (0, 2, 3, None)
    run(db, HEADER, "nganth2,2026-11-28,0,0,0,", source="zimbra")
    assert of_day(db) == (0, 1, 2, None)
    assert_recounted(db)


def test_a_dry_run_tells_the_same_and_writes_nothing(db: Database) -> None:
    outcome = run(db, HEADER, "nganth1,2026-11-20,2,3,4,1000", dry_run=True)
    assert (outcome.changed, outcome.is_written) == (1, False)
    assert of_day(db) is None


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        ("nobody,2026-11-20,1,1,1,1", "mailbox", "mailbox"),
        (",2026-11-20,1,1,1,1", "mailbox", "mailbox"),
        ("ng\x00anth1,2026-11-20,1,1,1,1", "mailbox", "mailbox"),
        ("nganth1,2026-11-31,1,1,1,1", "day", "day"),
        ("nganth1,2026-11-29,1,1,1,1", "day", "day"),
        ("nganth1,1999-01-01,1,1,1,1", "day", "day"),
        ("nganth1,hôm qua,1,1,1,1", "day", "day"),
        ("nganth1,2026-11-20,-1,1,1,1", "number", "web_sign_ins"),
        ("nganth1,2026-11-20,1.5,1,1,1", "number", "web_sign_ins"),
        ("nganth1,2026-11-20,١,1,1,1", "number", "web_sign_ins"),
        ("nganth1,2026-11-20,1,100001,1,1", "number", "sent"),
        ("nganth1,2026-11-20,1,1,1,99999999999999999999", "number", "stored_bytes"),
        ("nganth1,2026-11-20,1,1,1", "columns", ""),
        ("nganth1,2026-11-20,1,1,1,1,1", "columns", ""),
        ('nganth1,"2026-11-20,1,1,1,1', "form", ""),
        ("nganth1,2026-11-20,1,1,1,1" + " " * 5000, "form", ""),
        ("nganth2,2026-11-20,1,1,1,1", "repeated", "mailbox"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_nothing_is_written(
    db: Database, row: str, reason: str, column: str
) -> None:
    outcome = run(db, HEADER, "nganth2,2026-11-20,1,1,1,1", "", row)
    assert [tuple(fault) for fault in outcome.faults] == [(4, reason, column)]
    assert not outcome.is_written
    assert of_day(db, "nganth2") is None
    assert audited(db) == 0


def test_every_wrong_row_is_told(db: Database) -> None:
    content = f"{HEADER}\nnobody,2026-11-20,1,1,1,1\n".encode() + b"\xff\xfe\nnganth1,x,1,1,1,1\n"
    faults = run_bytes(db, content).faults
    assert [(fault.line, fault.reason) for fault in faults] == [
        (2, "mailbox"),
        (3, "encoding"),
        (4, "day"),
    ]


@pytest.mark.parametrize(
    "header", ["", "mailbox", "mailbox,day", "day,sent", "mailbox,day,sent,sent", "mailbox,day,xyz"]
)
def test_a_header_that_names_no_counts_is_refused(db: Database, header: str) -> None:
    with pytest.raises(UsageFileInvalid):
        run(db, header, "nganth1,2026-11-20,1")


@pytest.mark.parametrize("name", ["", "dovecot", "postfix", "Zimbra", "a b", "a" * 41, "-a"])
def test_a_source_is_named_so_that_it_is_none_of_our_logs(db: Database, name: str) -> None:
    with pytest.raises(UsageSourceInvalid):
        run(db, HEADER, source=name)


def test_a_mark_of_byte_order_and_carriage_returns_are_no_fault(db: Database) -> None:
    content = f"\ufeff{HEADER}\r\nnganth1,2026-11-20,1,1,1,\r\n".encode()
    assert run_bytes(db, content).changed == 1


cells = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), st.integers(0, 3))
steps = st.lists(
    st.tuples(st.sampled_from(["log", "zimbra", "exchange"]), st.lists(cells, max_size=6)),
    max_size=8,
)


@settings(max_examples=60)
@given(steps=steps, seed=st.integers(0, 1000))
def test_whatever_is_imported_corrected_and_logged_a_recount_says_the_same(
    db: Database,
    steps: list[tuple[str, list[tuple[int, int, int, int]]]],
    seed: int,
) -> None:
    with db.transaction() as session:
        session.execute(text(EMPTY))
    chance = random.Random(seed)  # noqa: S311
    counting = Counting(db, UsageSettings(), lambda: NOW)
    for number, (source, told) in enumerate(steps):
        if source == "log":
            events = [
                Observed(
                    event_id(str(number), str(place)),
                    datetime(2026, 11, day, 3, tzinfo=UTC).timestamp(),
                    f"nganth{person}",
                    ("read", "sent", "stored", "web_sign_in")[count],
                    size=place,
                )
                for place, (person, day, _, count) in enumerate(told)
            ]
            counting.count("dovecot", events)
            continue
        rows = {(person, day): (web, read) for person, day, web, read in told}
        lines = [
            f"nganth{person},2026-11-{day:02},{web},0,{read},{chance.choice(['', '7', '8'])}"
            for (person, day), (web, read) in rows.items()
        ]
        if source == "exchange":  # two sources that measure one mailbox differ in that only
            lines = [line.rpartition(",")[0] + "," for line in lines]
        run(db, HEADER, *lines, source=source)
    assert_recounted(db)


def test_the_columns_are_those_that_the_page_describes() -> None:
    assert COLUMNS[:2] == ("mailbox", "day")
    assert len(COLUMNS) == 13
