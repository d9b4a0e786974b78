"""No record is lost or doubled, whoever dies and whatever is full or away."""

import enum
import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from entrypoints.home import CHECKOUT
from kernel import audit_spool_file
from kernel.access import Actor, ActorKind
from kernel.audit import AuditRecord, Basis
from kernel.audit_spool import AuditSettings, AuditSpool, AuditUnavailable
from kernel.audit_spool_file import SpoolFile
from kernel.audit_spool_flush import SpoolPosition, flush
from kernel.database import Database, DatabaseSettings, DatabaseUnavailable, build_engine
from tests.support.installation import eventually
from tests.support.relay import Relay

BASIS = Basis("test", "12/QĐ-SNV", date(2026, 11, 20))
ACTOR = Actor.system("test")
MOMENT = datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC)

Open = Callable[..., AuditSpool]


class Tag(enum.StrEnum):
    THING_DONE = "thing:done"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def open_spool(db: Database, folder: Path) -> Iterator[Open]:
    """As many as there are processes; none flushes by itself unless it is started."""
    with ExitStack() as opened:

        def make(database: Database = db, **settings: object) -> AuditSpool:
            spool = AuditSpool(
                folder, AuditSettings.model_validate(settings), database, lambda: MOMENT
            )
            opened.callback(spool.close)
            return spool

        yield make


def numbers(db: Database) -> Counter[int]:
    with db.transaction() as session:
        return Counter(
            details["number"] for details in session.scalars(select(AuditRecord.details))
        )


def is_running(spool: AuditSpool) -> bool:
    return spool._thread is not None and spool._thread.is_alive()


def positions(db: Database) -> dict[str, int]:
    with db.transaction() as session:
        return {row.name: row.position for row in session.scalars(select(SpoolPosition))}


def record(spool: AuditSpool, *which: int) -> None:
    for number in which:
        spool.record(ACTOR, Tag.THING_DONE, None, BASIS, number=number)


def test_a_record_arrives_as_it_was_written_with_its_moment(db: Database, open_spool: Open) -> None:
    spool = open_spool()
    actor = Actor(ActorKind.MACHINE, 'cổng "một cửa"\\', frozenset(), uuid4(), "request")
    subject = uuid4()
    spool.record(actor, Tag.THING_DONE, subject, BASIS, word="á\n\u2028", deep={"list": [1, None]})
    spool.flush()
    with db.transaction() as session:
        (row,) = session.scalars(select(AuditRecord))
    assert row.at == MOMENT
    assert (row.actor_kind, row.actor_id, row.actor_label) == (actor.kind, actor.id, actor.label)
    assert (row.request_id, row.tag, row.subject_id) == ("request", "thing:done", subject)
    assert Basis(row.reason, row.document_number, row.document_date) == BASIS
    assert row.details == {"word": "á\n\u2028", "deep": {"list": [1, None]}}


def test_text_that_postgresql_cannot_hold_does_not_stop_the_trail(
    db: Database, open_spool: Open
) -> None:
    spool = open_spool()
    spool.record(ACTOR, Tag.THING_DONE, None, BASIS, hostile="a\0b\ud800c", number=1)
    record(spool, 2)
    spool.flush()
    assert numbers(db) == {1: 1, 2: 1}
    spool.close()
    assert not list(spool._folder.iterdir())


def test_it_flushes_by_itself_and_leaves_nothing_behind(
    db: Database, open_spool: Open, folder: Path
) -> None:
    spool = open_spool(flush_seconds=0.01)
    spool.start()
    record(spool, *range(50))
    eventually(lambda: numbers(db) == Counter(range(50)))
    record(spool, *range(50, 60))
    spool.close()
    assert numbers(db) == Counter(range(60))
    assert list(folder.iterdir()) == []
    assert positions(db) == {}
    assert not is_running(spool)


def test_only_the_owner_of_the_process_can_read_it(open_spool: Open, folder: Path) -> None:
    record(open_spool(), 1)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def recording_process(folder: Path, label: str = "child") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "tests.support.spool_process", str(folder), label],
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(process: "subprocess.Popen[str]", records: int) -> int:
    """How many records the process knew to be written when it was killed."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if int(line) == records:
                process.kill()
                break
        rest = process.stdout.read().split("\n")
    process.wait()
    return max([records, *(int(line) for line in rest[:-1])]) + 1


def test_records_of_a_process_that_was_killed_all_arrive_once(
    db: Database, open_spool: Open, folder: Path
) -> None:
    written = kill_after(recording_process(folder), 1000)
    spool = open_spool()
    spool.flush()
    spool.flush()
    found = numbers(db)
    assert set(found.values()) == {1}
    assert set(found) >= set(range(written))
    assert len(found) <= written + 1  # it may have died between writing and printing
    assert list(folder.iterdir()) == []
    assert positions(db) == {}


def test_files_of_processes_that_live_are_left_to_them(
    db: Database, open_spool: Open, folder: Path
) -> None:
    one, other = open_spool(), open_spool()
    record(one, 1)
    record(other, 2)
    one.flush()
    assert numbers(db) == {1: 1}
    other.flush()
    record(one, 3)
    for spool in (one, other, one, other):
        spool.flush()
    assert numbers(db) == {1: 1, 2: 1, 3: 1}
    assert len(list(folder.iterdir())) == 2


KILLED_BEFORE_REMOVAL = """
import os, signal, sys
from pathlib import Path
from pydantic import SecretStr
from kernel.audit_spool import AuditSettings, AuditSpool
from kernel.audit_spool_file import SpoolFile
from kernel.database import Database, DatabaseSettings, build_engine

SpoolFile.remove = lambda file: os.kill(os.getpid(), signal.SIGKILL)
engine = build_engine(DatabaseSettings(url=SecretStr(sys.argv[2])))
AuditSpool(Path(sys.argv[1]), AuditSettings(), Database(engine)).flush()
"""


def test_a_flusher_killed_between_commit_and_removal_doubles_nothing(
    db: Database, database_url: str, open_spool: Open, folder: Path
) -> None:
    written = kill_after(recording_process(folder), 100)
    killed = subprocess.run(
        [sys.executable, "-P", "-c", KILLED_BEFORE_REMOVAL, str(folder), database_url],
        env={"PYTHONPATH": str(CHECKOUT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    before = numbers(db)
    assert set(before) >= set(range(written))
    assert len(list(folder.iterdir())) == 1
    open_spool().flush()
    assert numbers(db) == before
    assert list(folder.iterdir()) == []
    assert positions(db) == {}


def test_two_at_once_take_the_same_leftovers_once(
    db: Database, open_spool: Open, folder: Path
) -> None:
    for label in ("one", "two", "three"):
        kill_after(recording_process(folder, label), 200)
    spools = [open_spool() for _ in range(4)]
    threads = [threading.Thread(target=spool.flush) for spool in spools]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.transaction() as session:
        rows = session.execute(select(AuditRecord.actor_label, AuditRecord.details)).all()
    found = Counter((label, details["number"]) for label, details in rows)
    assert set(found.values()) == {1}
    assert len(found) >= 3 * 201
    assert list(folder.iterdir()) == []


def left_file(folder: Path, *lines: bytes) -> None:
    """As a dead process leaves it."""
    file = audit_spool_file.create(folder)
    for line in lines:
        os.write(file.descriptor, line)
    file.close()


def good_line(number: int) -> bytes:
    known = {
        "at": MOMENT.isoformat(),
        "actor_kind": "system",
        "actor_label": "test",
        "tag": "thing:done",
        "reason": "test",
        "details": {"number": number},
    }
    return json.dumps(known).encode() + b"\n"


@pytest.mark.parametrize("end", [b'{"at": "2026-', bytes(300), b"\xff\xfe"])
def test_a_torn_end_is_reported_and_kept_and_the_rest_arrives(
    db: Database, open_spool: Open, folder: Path, end: bytes
) -> None:
    left_file(folder, good_line(1), good_line(2), end)
    spool = open_spool()
    spool.flush()
    spool.flush()
    assert numbers(db) == {1: 1, 2: 1}
    (kept,) = folder.iterdir()
    assert kept.suffix == ".torn"
    assert kept.read_bytes().endswith(end)


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense\n",
        b"{}\n",
        b"7\n",
        b"\n",
        b"\xff\n",
        b'{"details": "\\u0000"}\n',
        good_line(9).replace(b"2026", b"9999999"),
        good_line(9).replace(b"2026-11", b"2026-13"),
    ],
)
def test_a_line_that_is_no_record_is_passed_over(
    db: Database, open_spool: Open, folder: Path, bad: bytes
) -> None:
    left_file(folder, *(good_line(n) for n in range(5)), bad, *(good_line(n) for n in range(5, 8)))
    open_spool().flush()
    assert numbers(db) == Counter(range(8))
    (kept,) = folder.iterdir()
    assert kept.suffix == ".torn"


def test_a_full_disk_refuses_and_leaves_no_half_line(
    db: Database, open_spool: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = open_spool()
    record(spool, 1)
    with monkeypatch.context() as patched:
        patched.setattr("os.write", half_a_write)
        with pytest.raises(AuditUnavailable):
            record(spool, 2)
        patched.setattr("os.write", no_write)
        with pytest.raises(AuditUnavailable):
            record(spool, 3)
    record(spool, 4)
    spool.flush()
    assert numbers(db) == {1: 1, 4: 1}


def test_half_a_line_that_cannot_be_taken_back_spoils_only_its_own_file(
    db: Database, open_spool: Open, folder: Path
) -> None:
    spool = open_spool()
    record(spool, 1)
    tear(spool)
    record(spool, 3)
    spool.flush()
    assert numbers(db) == {1: 1, 3: 1}
    assert sorted(file.suffix for file in folder.iterdir()) == [".jsonl", ".torn"]


@pytest.mark.parametrize("segment_bytes", [1, 1 << 20])
def test_a_file_that_is_torn_while_it_is_flushed_stays_open_until_that_is_done(
    db: Database, open_spool: Open, monkeypatch: pytest.MonkeyPatch, segment_bytes: int
) -> None:
    monkeypatch.setattr("kernel.audit_spool.SEGMENT_BYTES", segment_bytes)
    spool = open_spool()
    record(spool, 1)

    def torn_meanwhile(database: Database, file: SpoolFile) -> None:
        monkeypatch.setattr("kernel.audit_spool.flush", flush)
        tear(spool)
        record(spool, 3)
        flush(database, file)

    monkeypatch.setattr("kernel.audit_spool.flush", torn_meanwhile)
    spool.flush()
    assert numbers(db) == {1: 1}
    assert spool.backlog_bytes > 0
    spool.flush()
    assert numbers(db) == {1: 1, 3: 1}
    assert spool.backlog_bytes == 0


def tear(spool: AuditSpool) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("os.write", half_a_write)
        patched.setattr("os.ftruncate", no_write)
        with pytest.raises(AuditUnavailable):
            record(spool, 2)


write = os.write


def half_a_write(descriptor: int, data: bytes) -> int:
    return write(descriptor, data[: len(data) // 2])


def no_write(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_that_cannot_be_written_refuses(open_spool: Open, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(AuditUnavailable):
        record(open_spool(), 1)


def test_a_backlog_that_has_grown_too_far_refuses_until_it_is_flushed(
    db: Database, open_spool: Open
) -> None:
    spool = open_spool(largest_backlog_bytes=1000)
    with pytest.raises(AuditUnavailable):
        record(spool, *range(100))
    assert 1000 < spool.backlog_bytes < 2000
    spool.flush()
    assert spool.backlog_bytes == 0
    record(spool, 100)
    spool.flush()
    assert numbers(db)[100] == 1


def test_after_its_end_it_takes_no_more(open_spool: Open) -> None:
    spool = open_spool()
    spool.close()
    with pytest.raises(AuditUnavailable):
        record(spool, 1)


def test_a_file_that_has_grown_is_finished_and_the_next_one_begun(
    db: Database, open_spool: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.audit_spool.SEGMENT_BYTES", 1000)
    monkeypatch.setattr("kernel.audit_spool_flush.BATCH_BYTES", 700)
    spool = open_spool()
    record(spool, *range(20))
    spool.flush()
    assert list(folder.iterdir()) == []
    record(spool, *range(20, 22))
    assert len(list(folder.iterdir())) == 1
    spool.flush()
    assert numbers(db) == Counter(range(22))


def test_while_the_database_is_away_records_wait_and_then_arrive_once(
    db: Database, database_url: str, open_spool: Open, engine_port: int
) -> None:
    with Relay(engine_port) as relay:
        address = database_url.replace(f":{engine_port}/", f":{relay.port}/")
        engine = build_engine(DatabaseSettings(url=SecretStr(address)))
        spool = open_spool(Database(engine), flush_seconds=0.01)
        record(spool, *range(10))
        spool.flush()
        relay.refuse()
        record(spool, *range(10, 20))
        with pytest.raises(DatabaseUnavailable):
            spool.flush()
        spool.start()
        record(spool, *range(20, 30))
        eventually(lambda: spool._failing)
        relay.accept()
        eventually(lambda: numbers(db) == Counter(range(30)))
        spool.close()
        engine.dispose()


@pytest.fixture
def engine_port(database_url: str) -> int:
    return int(database_url.rpartition(":")[2].partition("/")[0])


def test_a_database_restored_to_an_earlier_moment_gets_what_it_lacks(
    db: Database, open_spool: Open
) -> None:
    spool = open_spool()
    record(spool, 1)
    spool.flush()
    (name, middle) = next(iter(positions(db).items()))
    record(spool, 2)
    spool.flush()
    with db.transaction() as session:
        session.execute(text("ALTER TABLE kernel_audit_record DISABLE TRIGGER USER"))
        session.execute(text("DELETE FROM kernel_audit_record WHERE details @> '{\"number\": 2}'"))
        session.execute(
            text("UPDATE kernel_spool_position SET position = :middle"), {"middle": middle}
        )
    record(spool, 3)
    with pytest.raises(RuntimeError, match=name):
        spool.flush()
    spool.flush()
    assert numbers(db) == {1: 1, 2: 1, 3: 1}


def test_a_spool_file_says_where_it_is(folder: Path) -> None:
    file: SpoolFile = audit_spool_file.create(folder)
    assert file.name.startswith(f"{os.getpid()}-")
    file.close()
