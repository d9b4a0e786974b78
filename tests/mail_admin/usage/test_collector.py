"""From lines of a log to rows of days, exactly once whatever stops on the way."""

import io
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from entrypoints.home import CHECKOUT
from kernel.clock import office_day, utc_now
from kernel.database import Database
from mail_admin.usage import collector as module
from mail_admin.usage.collector import Collector, Counting
from mail_admin.usage.dovecot_log import DovecotReader
from mail_admin.usage.events import Observed, event_id
from mail_admin.usage.log_source import LogSource
from mail_admin.usage.models import LogPosition, UsageDay, UsageEvent
from mail_admin.usage.partitions import month_of
from mail_admin.usage.recount import list_differences
from mail_admin.usage.settings import UsageSettings
from mail_admin.usage.sources import Batch, PositionMoved
from tests.support.installation import eventually
from tests.support.logs import lines
from tests.support.small_province import Province, found_province

__all__ = ["lines"]

NOW = datetime(2026, 11, 28, 0, 10, tzinfo=UTC)


@pytest.fixture
def province(db: Database) -> Province:
    return found_province(db)


def delivery(number: int, login: str, at: datetime = NOW) -> str:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S+0000")
    return f"{stamp} lmtp({login})<1><session{number}>: Info: usage size=10: saved mail to INBOX\n"


def source_of(path: Path) -> LogSource:
    return LogSource("dovecot", path, DovecotReader(UsageSettings()), lambda: NOW)


def collector_of(db: Database, path: Path) -> Collector:
    counting = Counting(db, UsageSettings(), lambda: NOW)
    bind: Any = db.bind
    return Collector(bind, counting, source_of(path), pause=0.01)


@contextmanager
def running(collector: Collector) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=collector.run_until, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def delivered(db: Database) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.coalesce(func.sum(UsageDay.delivered), 0))) or 0


def assert_exact(db: Database, count: int) -> None:
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(UsageEvent)) == count
        months = {month_of(row) for row in session.scalars(select(UsageEvent.day).distinct())}
        for month in months:
            assert list_differences(session, month) == []


def test_a_log_is_counted_as_it_grows_and_through_its_rotation(
    db: Database, province: Province, tmp_path: Path
) -> None:
    province.hire(2)
    path = tmp_path / "dovecot.log"
    with running(collector_of(db, path)):
        path.write_text(delivery(1, "nganth1") + delivery(2, "nganth2"))
        eventually(lambda: delivered(db) == 2)
        path.rename(tmp_path / "dovecot.log.1")
        path.write_text(delivery(3, "nganth1") + delivery(2, "nganth2"))  # one is a repetition
        eventually(lambda: delivered(db) == 3)
    with running(collector_of(db, path)):
        with path.open("a") as log:
            log.write(delivery(4, "nganth1"))
        eventually(lambda: delivered(db) == 4)
    assert_exact(db, 4)


def test_two_readers_of_one_log_count_it_once(
    db: Database, province: Province, tmp_path: Path
) -> None:
    province.hire(1)
    path = tmp_path / "dovecot.log"
    path.touch()
    with running(collector_of(db, path)), running(collector_of(db, path)), path.open("a") as log:
        for number in range(200):
            log.write(delivery(number, "nganth1"))
            log.flush()
        eventually(lambda: delivered(db) == 200)
    assert_exact(db, 200)


def test_a_reader_whose_place_was_moved_counts_nothing(
    db: Database, province: Province, tmp_path: Path
) -> None:
    province.hire(1)
    path = tmp_path / "dovecot.log"
    path.write_text(delivery(1, "nganth1"))
    slow, fast = collector_of(db, path), collector_of(db, path)
    batches = []
    for reader in (slow, fast):
        reader._resume()
        batch = reader._source.next_batch()
        assert batch is not None
        batches.append(batch)
    fast.take(batches[1])
    with pytest.raises(PositionMoved):
        slow.take(batches[0])
    assert_exact(db, 1)


def test_a_database_that_is_gone_is_waited_for_and_nothing_is_lost(
    db: Database, province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.01)
    province.hire(1)
    path = tmp_path / "dovecot.log"
    path.touch()
    name = str(db.bind.engine.url.database)
    with running(collector_of(db, path)), path.open("a") as log:
        for number in range(60):
            log.write(delivery(number, "nganth1"))
            log.flush()
            if number % 20 == 10:
                with db.transaction() as session:  # every other connection ends, now and then
                    session.execute(
                        text(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE datname = :name AND pid <> pg_backend_pid()"
                        ),
                        {"name": name},
                    )
        eventually(lambda: delivered(db) == 60)
    assert_exact(db, 60)


def test_a_collector_killed_again_and_again_has_counted_exactly_what_was_written(
    db: Database, province: Province, database_url: str, tmp_path: Path
) -> None:
    province.hire(5)
    path = tmp_path / "dovecot.log"
    now = utc_now().replace(microsecond=0)
    lines = [
        delivery(number, f"nganth{number % 5 + 1}", now - timedelta(hours=number % 70))
        for number in range(60_000)
    ]
    path.write_text("".join(lines))
    command = [sys.executable, "-P", "-m", "tests.support.collector_process"]
    command += [database_url, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    for part in (1, 2, 3):
        with (tmp_path / f"collector-{part}.log").open("wb") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
            before = delivered(db)
            try:
                eventually(lambda before=before: delivered(db) > before or before == len(lines))  # type: ignore[misc]
            finally:
                process.kill()
                process.wait()
        if part == 1:
            path.rename(tmp_path / "dovecot.log.1")
            path.write_text("".join(lines[:500]) + delivery(60_000, "nganth1", now))
    with running(_real_time(db, path)):
        eventually(lambda: delivered(db) == len(lines) + 1)
    assert_exact(db, len(lines) + 1)


def _real_time(db: Database, path: Path) -> Collector:
    bind: Any = db.bind
    source = LogSource("dovecot", path, DovecotReader(UsageSettings()), utc_now)
    return Collector(bind, Counting(db, UsageSettings(), utc_now), source, pause=0.01)


def observed(name: str, number: int = 1, at: datetime = NOW, **changed: Any) -> Observed:
    key = event_id("test", name, str(number))
    return Observed(key, at.timestamp(), name, "read")._replace(**changed)


def test_mailboxes_are_known_by_login_and_by_any_address_they_ever_had(
    db: Database, province: Province
) -> None:
    (account_id,) = province.hire(1)
    counting = Counting(db, UsageSettings(), lambda: NOW)
    with db.transaction() as session:
        names = session.scalars(
            text(
                "SELECT local_part || '@' || name FROM identity_address"
                " JOIN identity_mail_domain domain ON domain.id = domain_id"
                " WHERE account_id = :id"
            ),
            {"id": account_id},
        ).all()
        session.execute(
            text(
                "INSERT INTO identity_address"
                " (id, domain_id, local_part, account_id, role, given_on)"
                " SELECT gen_random_uuid(), domain_id, 'former', account_id, 'retired', given_on"
                " FROM identity_address WHERE account_id = :id"
            ),
            {"id": account_id},
        )
    domain = names[0].partition("@")[2]
    told = ["nganth1", *names, f"former@{domain}"]
    tally = counting.count("test", [observed(name) for name in told])
    assert tally.new == len(told)
    assert tally.unknown == 0


def test_an_account_made_a_moment_ago_is_found_though_its_name_was_unknown_before(
    db: Database, province: Province
) -> None:
    counting = Counting(db, UsageSettings(), lambda: NOW)
    assert counting.count("test", [observed("nganth1")]).unknown == 1
    province.hire(1)
    long_ago = NOW - timedelta(minutes=1)
    assert counting.count("test", [observed("nganth1", 2, long_ago)]).unknown == 1
    assert counting.count("test", [observed("nganth1", 3, NOW)]).new == 1


def test_names_of_strangers_are_counted_and_kept_nowhere(db: Database, province: Province) -> None:
    province.hire(1)
    strange = ["nobody", "nobody@example.org", "", "mật khẩu", "a\x00b", "x" * 5000, "@", "\ud800"]
    events = [observed(name, kind="failed_sign_in") for name in strange]
    tally = Counting(db, UsageSettings(), lambda: NOW).count("test", [*events, observed("nganth1")])
    assert (tally.new, tally.unknown) == (1, len(strange))


@pytest.mark.parametrize(
    "changed",
    [
        {"at": (NOW + timedelta(seconds=301)).timestamp()},
        {"at": (NOW - timedelta(days=101)).timestamp()},
        {"at": float("nan")},
        {"at": float("inf")},
        {"at": -1e300},
        {"amount": 0},
        {"amount": -1},
        {"amount": 2**31},
        {"size": -1},
        {"size": 2**63},
        {"kind": "other"},
    ],
)
def test_what_cannot_be_is_refused_counted_and_keeps_nobody_else_from_being_counted(
    db: Database, province: Province, changed: dict[str, Any]
) -> None:
    province.hire(1)
    counting = Counting(db, UsageSettings(), lambda: NOW)
    tally = counting.count(
        "test", [observed("nganth1")._replace(**changed), observed("nganth1", 2)]
    )
    assert (tally.new, tally.refused) == (1, 1)


def test_a_late_event_counts_to_its_own_day(db: Database, province: Province) -> None:
    province.hire(1)
    early = NOW - timedelta(days=40)
    Counting(db, UsageSettings(), lambda: NOW).count("test", [observed("nganth1", 1, early)])
    with db.transaction() as session:
        assert session.scalars(select(UsageDay.day)).one() == office_day(early)


def test_a_name_of_the_same_mailbox_does_not_count_again(db: Database, province: Province) -> None:
    first, _ = province.hire(2)
    province.open_office("vanthu", first)
    events = [
        observed("nganth1"),
        observed("nganth1", 2, unless="nganth1"),
        observed("vanthu", 3, unless="nganth1"),
        observed("stranger", 4, unless="nganth1"),
    ]
    tally = Counting(db, UsageSettings(), lambda: NOW).count("test", events)
    assert (tally.new, tally.unknown) == (2, 0)


def test_the_place_is_stored_with_what_was_counted(
    db: Database, province: Province, tmp_path: Path
) -> None:
    province.hire(1)
    path = tmp_path / "dovecot.log"
    path.write_text(delivery(1, "nganth1"))
    reader = collector_of(db, path)
    reader._resume()
    batch = reader._source.next_batch()
    assert batch is not None
    reader.take(batch)
    with db.transaction() as session:
        position = session.get_one(LogPosition, "dovecot")
    assert position.position == path.stat().st_size
    assert isinstance(batch, Batch)


def test_an_event_that_cannot_be_stored_is_refused_and_the_others_count(
    db: Database, province: Province, lines: io.StringIO
) -> None:
    """The sum of what was sent is full: no event alone is wrong, yet one cannot be added."""
    full, other = province.hire(2)
    counting = Counting(db, UsageSettings(), lambda: NOW)
    counting.count("test", [observed("nganth1", 0, kind="sent", size=1)])
    with db.transaction() as session:
        session.execute(text("UPDATE mail_admin_usage_day SET sent_bytes = 9223372036854775807"))
    events = [observed("nganth2", number, kind="sent", size=1) for number in range(1, 40)]
    events[17] = observed("nganth1", 17, kind="sent", size=4711)
    events[23] = observed("nganth1", 23)._replace(id="no-id-of-nganth1")
    events[38] = observed("nganth1", 38)  # something else of the same mailbox
    stored = []
    tally = counting.count("test", events, lambda _: stored.append("once"))
    assert (tally.new, tally.repeated, tally.unknown, tally.refused) == (37, 0, 0, 2)
    assert stored == ["once"]
    assert counting.count("test", events).repeated == 37
    with db.transaction() as session:
        days = {row.account_id: row for row in session.scalars(select(UsageDay))}
        assert (days[full].sent, days[full].read, days[other].sent) == (1, 1, 36)
    said = lines.getvalue()
    assert said.count("usage-refused") == 4
    assert not any(word in said for word in ("no-id", "nganth1", "4711"))


def test_a_log_with_an_event_that_cannot_be_stored_is_read_to_its_end(
    db: Database, province: Province, tmp_path: Path
) -> None:
    class Poisonous(DovecotReader):
        def read(self, lines: Sequence[str]) -> tuple[list[Observed], Counter[str]]:
            events, faults = super().read(lines)
            return [one._replace(id="?") if one.size == 1 else one for one in events], faults

    province.hire(1)
    path = tmp_path / "dovecot.log"
    log_lines = "".join(delivery(number, "nganth1") for number in range(9))
    path.write_text(log_lines.replace("4>: Info: usage size=10", "4>: Info: usage size=1"))
    bind: Any = db.bind
    source = LogSource("dovecot", path, Poisonous(UsageSettings()), lambda: NOW)
    reader = Collector(bind, Counting(db, UsageSettings(), lambda: NOW), source, pause=0.01)
    with running(reader):
        eventually(lambda: delivered(db) == 8)
        with path.open("a") as log:
            log.write(delivery(9, "nganth1"))
        eventually(lambda: delivered(db) == 9)
    assert_exact(db, 9)
