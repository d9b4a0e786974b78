"""From lines of logs to rows of days and months: at which rate, and exactly after kill -9."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import text

from benchmarks.support.report import Row, Section, Verdict
from benchmarks.support.usage_logs import Written, working_hour, write_logs
from benchmarks.support.usage_stage import UsageStage
from entrypoints.home import CHECKOUT
from kernel.jobs import connection_string
from mail_admin.usage.dovecot_log import DovecotReader
from mail_admin.usage.events import Observed, day_at
from mail_admin.usage.ingest import SUMS
from mail_admin.usage.partitions import EVENT, list_partitions
from mail_admin.usage.recount import list_differences
from mail_admin.usage.settings import UsageSettings

LEAST_RATE = 20_000.0
NAIVE_SHARE = 100
"""One event in so many is enough to see the rate of one INSERT for each."""
PATIENCE_SECONDS = 600.0
TABLES = "mail_admin_usage_event, mail_admin_usage_day, mail_admin_usage_month"


def measure_ingestion(stage: UsageStage) -> Section:
    logs = stage.folder / "ingest"
    logs.mkdir()
    calm = _write(stage, logs / "calm", seed=1)
    seconds, processor = _follow(stage, logs / "calm", kills=0)
    exact = _is_exact(stage, calm.events)
    _forget(stage)
    stormy = _write(stage, logs / "stormy", seed=2)
    killed_seconds, _ = _follow(stage, logs / "stormy", kills=3)
    exact_after_kills = _is_exact(stage, stormy.events)
    naive, naive_events = _naively(stage, logs / "calm")
    rate, naive_rate = calm.total / seconds, naive_events / naive
    return Section(
        "ingest",
        f"Ingestion: {calm.total:,} events in {calm.lines:,} lines ({calm.bytes / 2**20:,.0f} MiB),"
        f" {stage.mailboxes:,} mailboxes",
        [
            _row("log to rows, in one statement a batch", calm.total, seconds, processor),
            _row("the same, killed three times by SIGKILL", stormy.total, killed_seconds, 0.0),
            _row("one INSERT an event, one upsert a day", naive_events, naive, 0.0),
        ],
        [
            Verdict("events/s", rate, LEAST_RATE),
            Verdict("÷ one INSERT an event", rate / naive_rate, 1.0),
            Verdict("counts equal what was written (1: yes)", float(exact), 1.0),
            Verdict("… after SIGKILL (1: yes)", float(exact_after_kills), 1.0),
        ],
    )


def _row(name: str, events: int, seconds: float, processor: float) -> Row:
    figures = {"events": float(events), "seconds": seconds, "events/s": events / seconds}
    if processor:
        figures["collector CPU µs/event"] = 1e6 * processor / events
    return Row(name, figures)


def _write(stage: UsageStage, folder: Path, *, seed: int) -> Written:
    folder.mkdir()
    return write_logs(
        folder / "dovecot.log",
        folder / "postfix.log",
        events=stage.events,
        mailboxes=stage.mailboxes,
        seed=seed,
        began=working_hour(),
    )


def _follow(stage: UsageStage, folder: Path, *, kills: int) -> tuple[float, float]:
    """Seconds until everything is counted, and those of the collector's processor.

    Its start is not measured but after a kill: it stands ready when the logs appear.
    """
    sizes = {path.stem: path.stat().st_size for path in folder.iterdir()}
    hidden = folder.rename(folder.with_name("not-yet"))
    total = sum(sizes.values())
    folder.mkdir()
    collector = _start(stage, folder)
    try:
        _wait(lambda: _readers(stage) == len(sizes))
        idle, began = _processor_seconds(collector.pid), time.perf_counter()
        for path in list(hidden.iterdir()):
            path.rename(folder / path.name)
        for kill in range(kills):
            share = total * (kill + 1) / (kills + 2)
            _wait(lambda share=share: _read(stage) > share)  # type: ignore[misc]
            _kill(collector)
            collector = _start(stage, folder)
        _wait(lambda: _read(stage) == total)
        seconds = time.perf_counter() - began
        processor = _processor_seconds(collector.pid) - idle
    finally:
        _kill(collector)
    hidden.rmdir()
    return seconds, processor


def _start(stage: UsageStage, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(_command(), env=_environment(stage, folder))


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _command() -> list[str]:
    return [sys.executable, "-P", "-m", "benchmarks.support.usage_collector"]


def _environment(stage: UsageStage, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "CONGVU_HOME": str(stage.installation.home.path),
        "CONGVU_USAGE__DOVECOT_LOG": str(folder / "dovecot.log"),
        "CONGVU_USAGE__POSTFIX_LOG": str(folder / "postfix.log"),
        "PYTHONPATH": str(CHECKOUT),
    }


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the collector takes too long"
        time.sleep(0.02)


def _readers(stage: UsageStage) -> int:
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    return _scalar(stage, locks)


def _read(stage: UsageStage) -> int:
    return _scalar(stage, "SELECT sum(position) FROM mail_admin_log_position")


def _scalar(stage: UsageStage, statement: str) -> int:
    with stage.installation.services.database.transaction() as session:
        return int(session.scalar(text(statement)) or 0)


def _processor_seconds(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _is_exact(stage: UsageStage, expected: Counter[str]) -> bool:
    """Days add up to what was written, and equal a recount from single events."""
    sums = ", ".join(f"sum({name})" for name in SUMS)
    with stage.installation.services.database.transaction() as session:
        row = session.execute(text(f"SELECT {sums} FROM mail_admin_usage_day")).one()
        months = list_partitions(session, EVENT)
        differences = [one for month in months for one in list_differences(session, month)]
    counted = {kind: int(row[place] or 0) for place, kind in enumerate(SUMS.values())}
    return not differences and counted == {kind: expected[kind] for kind in counted}


def _forget(stage: UsageStage) -> None:
    with stage.installation.services.database.transaction() as session:
        session.execute(text(f"TRUNCATE {TABLES}, mail_admin_log_position"))


def _naively(stage: UsageStage, folder: Path) -> tuple[float, int]:
    """Seconds and events of a loop that parses a line and commits two statements for it."""
    _forget(stage)
    limit = max(100, stage.events // NAIVE_SHARE)
    reader, done = DovecotReader(UsageSettings()), 0
    with (
        psycopg.connect(
            connection_string(stage.installation.settings.database.url), autocommit=True
        ) as connection,
        (folder / "dovecot.log").open(encoding="utf-8") as lines,
    ):
        began = time.perf_counter()
        for line in lines:
            for event in reader.read([line])[0]:
                connection.execute(NAIVE, _values(event))
                done += 1
            if done >= limit:
                break
        return time.perf_counter() - began, done


def _values(event: Observed) -> list[object]:
    return [event.name, day_at(event.at), event.id, event.at, event.kind]


NAIVE = """
WITH whose AS (SELECT id FROM identity_account WHERE login = %s),
fresh AS (
    INSERT INTO mail_admin_usage_event (day, id, at, account_id, kind, amount, bytes, source)
    SELECT %s, %s, to_timestamp(%s), whose.id, %s, 1, 0, 'naive' FROM whose
    ON CONFLICT DO NOTHING RETURNING account_id, day
)
INSERT INTO mail_admin_usage_day AS present (account_id, day, web_sign_ins, program_sign_ins,
    service_sign_ins, failed_sign_ins, sent, sent_outside, delivered, read, sent_bytes,
    delivered_bytes)
SELECT account_id, day, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0 FROM fresh
ON CONFLICT (account_id, day) DO UPDATE SET read = present.read + 1
"""
