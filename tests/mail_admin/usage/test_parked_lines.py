"""A line that cannot be counted is passed over, and only that; an outage parks nothing."""

import io
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from kernel.database import Database
from mail_admin.usage import collector as module
from mail_admin.usage.collector import Collector, Counting
from mail_admin.usage.dovecot_log import DovecotReader
from mail_admin.usage.events import Observed
from mail_admin.usage.log_source import LogSource, Reader
from mail_admin.usage.models import ParkedLine, QueuedMessage, UsageDay
from mail_admin.usage.postfix_log import PostfixReader, Queued
from mail_admin.usage.readings import file_of, forget_parked, list_readings
from mail_admin.usage.settings import UsageSettings
from tests.mail_admin.usage.test_collector import NOW, assert_exact, delivered, delivery, running
from tests.support.installation import eventually
from tests.support.logs import lines
from tests.support.small_province import found_province

__all__ = ["lines"]

REFUSED, CONFUSING = "khong-luu-duoc", "khong-hieu-duoc"


class Poisonous(DovecotReader):
    """Confused by some lines; of others it makes events that PostgreSQL refuses."""

    def read(self, lines: Sequence[str]) -> tuple[list[Observed], Counter[str]]:
        if any(CONFUSING in line for line in lines):
            raise OverflowError(f"{CONFUSING}: what a stranger wrote")
        events, faults = super().read(lines)
        return [one._replace(id="?") if one.size == 4711 else one for one in events], faults


@dataclass
class Bench:
    db: Database
    path: Path
    reader: Reader

    def collector(self) -> Collector:
        bind: Any = self.db.bind
        source = LogSource("dovecot", self.path, self.reader, lambda: NOW)
        counting = Counting(self.db, UsageSettings(), lambda: NOW)
        return Collector(bind, counting, source, pause=0.01, note_seconds=0.01)

    def read_all(self, most_batches: int | None = None) -> Collector:
        """Batch by batch, in this thread, until nothing is left or we are killed."""
        collector = self.collector()
        collector._resume()
        while batch := collector._source.next_batch():
            collector.take(batch)
            if most_batches is not None and (most_batches := most_batches - 1) < 0:
                break
        collector._source.close()
        return collector

    def parked(self) -> list[int]:
        with self.db.transaction() as session:
            rows = session.scalars(select(ParkedLine).order_by(ParkedLine.position)).all()
            assert [file_of(self.path, row) for row in rows] == [self.path.name] * len(rows)
            return [row.position for row in rows]


@pytest.fixture
def bench(db: Database, tmp_path: Path) -> Bench:
    found_province(db).hire(2)
    return Bench(db, tmp_path / "dovecot.log", Poisonous(UsageSettings()))


def refused(number: int) -> str:
    return delivery(number, "nganth1").replace("size=10:", "size=4711:")


def confusing(number: int) -> str:
    return f"{number} {CONFUSING} nganth1\n"


def undecodable(_: int) -> bytes:
    return b"b\xe3d\n"


def mixture(random: random.Random, length: int, share: float) -> tuple[bytes, list[int], int]:
    """A log, where its bad lines begin, and how many deliveries can be counted."""
    written, bad, good = b"", [], 0
    for number in range(length):
        if random.random() < share:
            bad.append(len(written))
            written += random.choice((refused, confusing))(number).encode()
        elif random.random() < 0.1:
            written += undecodable(number)
        else:
            written += delivery(number, f"nganth{number % 2 + 1}").encode()
            good += 1
    return written, bad, good


@pytest.mark.parametrize("seed", range(12))
def test_the_good_lines_count_and_exactly_the_bad_ones_are_parked(bench: Bench, seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311  # repeatable
    length = chosen.choice((1, 2, 7, 60, 300))
    log, bad, good = mixture(chosen, length, chosen.choice((0.02, 0.2, 0.9, 1.0)))
    bench.path.write_bytes(log)
    for _ in range(chosen.randrange(4)):
        bench.read_all(most_batches=chosen.randrange(9))  # and then somebody kills it
    bench.read_all()
    assert bench.parked() == bad
    assert delivered(bench.db) == good
    assert_exact(bench.db, good)
    assert bench.read_all().tally.is_empty
    bench.path.write_bytes(log + delivery(length, "nganth1").encode())
    bench.read_all()
    assert_exact(bench.db, good + 1)


def test_reading_is_fast_again_once_the_bad_line_is_past(bench: Bench) -> None:
    log = "".join(delivery(number, "nganth1") for number in range(3000))
    bench.path.write_text(log + refused(3000) + log.replace("session", "another"))
    collector = bench.collector()
    attempts = 0
    collector._resume()
    while batch := collector._source.next_batch():
        collector.take(batch)
        attempts += 1
    collector._source.close()
    assert attempts < 60  # halvings and doublings of six thousand lines, not lines
    assert bench.parked() == [len(log)]
    assert_exact(bench.db, 6000)


def test_nothing_of_what_a_bad_line_says_is_kept_or_told(bench: Bench, lines: io.StringIO) -> None:
    bench.path.write_text(refused(1) + confusing(2))
    tally = bench.read_all().tally
    assert (tally.parked, tally.refused) == (2, 1)
    with bench.db.transaction() as session:
        rows = [str(row) for row in session.execute(text("SELECT * FROM mail_admin_parked_line"))]
        faults = session.scalars(select(ParkedLine.fault).order_by(ParkedLine.position)).all()
    assert faults == ["DataError 22P02", "OverflowError"]
    told = "".join(rows) + lines.getvalue()
    assert not [word for word in (REFUSED, CONFUSING, "nganth", "4711") if word in told]


class PoisonousQueue(PostfixReader):
    """What it wants to store of some messages cannot be: a zero byte, half a character, a time."""

    POISON = {  # noqa: RUF012  # read only
        "zero": Queued("nganth1", "\0", 1e9),
        "half": Queued("nganth1", "\ud800", 1e9),
        "late": Queued("nganth1", "", 1e300),
    }

    def _keep(self, queue_id: str, message: Queued) -> None:
        super()._keep(queue_id, self.POISON.get(message.login, message))


def submitted(number: int, login: str = "nganth1") -> list[str]:
    begin, queue_id = "2026-11-28T00:05:00.1+00:00 vm", f"AAAAAA{number:04}"
    said = f"client=x[192.0.2.1], sasl_method=PLAIN, sasl_username={login}"
    return [
        f"{begin} postfix/submission/smtpd[1]: {queue_id}: {said}\n",
        f"{begin} postfix/qmgr[2]: {queue_id}: from=<>, size=7, nrcpt=1 (queue active)\n",
    ]


def test_what_a_reader_cannot_store_of_its_own_is_parked_and_its_other_messages_count(
    bench: Bench,
) -> None:
    bench.reader = PoisonousQueue(UsageSettings(), lambda: NOW)
    log, bad = "", []
    for number in range(40):
        login = {7: "zero", 21: "half", 22: "late"}.get(number, "nganth1")
        first, second = submitted(number, login)
        if login != "nganth1":
            bad.append(len(log))
        log += first + second
    bench.path.write_text(log)
    bench.read_all()
    assert bench.parked() == bad
    with bench.db.transaction() as session:
        assert session.scalar(select(UsageDay.sent)) == 37
        waiting = set(session.scalars(select(QueuedMessage.queue_id)))
    assert len(waiting) == 37


def test_an_outage_parks_nothing_however_it_ends_and_the_bad_line_is_found_through_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.01)
    name = str(bench.db.bind.engine.url.database)
    log = "".join(delivery(number, "nganth1") for number in range(400))
    bench.path.touch()
    with running(bench.collector()), bench.path.open("a") as written:
        for number in range(8):
            written.write(log.replace("session", f"s{number}-"))
            if number == 3:
                bad = written.tell()
                written.write(refused(5000))
            written.flush()
            with bench.db.transaction() as session:  # every other connection ends
                session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = :name AND pid <> pg_backend_pid()"
                    ),
                    {"name": name},
                )
        eventually(lambda: delivered(bench.db) == 3200)
    assert bench.parked() == [bad]
    assert_exact(bench.db, 3200)


def test_a_table_that_is_not_there_is_waited_for_and_nothing_is_parked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY_SECONDS", 0.01)
    rename = "ALTER TABLE {} RENAME TO {}"
    with bench.db.transaction() as session:
        session.execute(text(rename.format("mail_admin_usage_day", "away")))
    bench.path.write_text(delivery(1, "nganth1") + delivery(2, "nganth1"))

    def faults() -> list[str | None]:
        with bench.db.transaction() as session:
            found = list_readings(session, {"dovecot": bench.path})
            return [one.known.fault for one in found if one.known]

    with running(bench.collector()):
        eventually(lambda: any(faults()))
        assert bench.parked() == []
        with bench.db.transaction() as session:
            session.execute(text(rename.format("away", "mail_admin_usage_day")))
        eventually(lambda: delivered(bench.db) == 2)
    assert bench.parked() == []
    (fault,) = faults()
    assert fault in {"UndefinedTable", "ProgrammingError 42P01"}


def test_parked_lines_that_nothing_could_count_any_more_are_forgotten(bench: Bench) -> None:
    bench.path.write_text(confusing(1))
    bench.read_all()
    with bench.db.transaction() as session:
        forget_parked(session, NOW, 100)
    assert bench.parked() == [0]
    with bench.db.transaction() as session:
        session.execute(text("UPDATE mail_admin_parked_line SET noticed_at = '2026-01-01'"))
        forget_parked(session, NOW, 100)
    assert bench.parked() == []
