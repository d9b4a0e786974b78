"""Whoever looks after the logs sees how far they are read, and what was passed over."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kernel.clock import office_day, utc_now
from kernel.database import Database
from mail_admin.usage.assembly import log_collectors
from mail_admin.usage.collector import Collector
from mail_admin.usage.settings import UsageSettings
from tests.entrypoints.cli.conftest import Cli
from tests.support.installation import eventually
from tests.support.small_province import found_province


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "dovecot.log"
    monkeypatch.setenv("CONGVU_USAGE__DOVECOT_LOG", str(path))
    return path


@contextmanager
def followed(db: Database, log: Path) -> Iterator[Collector]:
    """By the collector of a worker, which notes more often what it does."""
    bind: Any = db.bind
    (collector,) = log_collectors(bind, db, UsageSettings(dovecot_log=log), utc_now)
    collector._note_seconds = 0.01
    stop = threading.Event()
    thread = threading.Thread(target=collector.run_until, args=(stop,))
    thread.start()
    try:
        yield collector
    finally:
        stop.set()
        thread.join()


def sign_in(login: str) -> str:
    now = utc_now().isoformat()
    fields = f'"success":"yes","mechanism":"PLAIN","service":"imap","session":"s1","user":"{login}"'
    told = (
        f'"event":"auth_request_finished","hostname":"vm","start_time":"{now}","end_time":"{now}"'
    )
    return f'2026-11-28T00:00:00+0000 stats: Info: {{{told},"fields":{{{fields}}}}}\n'


def test_a_log_that_nobody_has_read_yet_is_behind(congvu: Cli, log: Path) -> None:
    log.touch()
    (found,) = congvu("usage", "logs", "--json").json["logs"]
    assert (found["source"], found["behind"], found["offset"]) == ("dovecot", True, None)
    assert "nobody has read it yet" in congvu("usage", "logs").out
    assert congvu("status", "--json").json["usage_logs_behind"] == {"dovecot": None}
    assert "log of dovecot: never read to its end; see congvu usage logs" in congvu("status").out


def test_how_far_a_log_is_read_and_when_the_last_thing_happened(
    congvu: Cli, db: Database, log: Path
) -> None:
    found_province(db).hire(1)
    log.write_text(sign_in("nganth1"))

    def shown() -> dict[str, Any]:
        (found,) = congvu("usage", "logs", "--json").json["logs"]
        return dict(found)

    with followed(db, log):
        eventually(lambda: shown()["offset"] == log.stat().st_size)
        written = utc_now().isoformat(" ")
        eventually(lambda: (shown()["current_as_of"] or "") > written)  # within moments, not days
    found = shown()
    assert found["log"] == str(log)
    assert (found["file"], found["inode"]) == ("dovecot.log", log.stat().st_ino)
    assert (found["size"], found["lag_bytes"], found["parked"]) == (log.stat().st_size, 0, 0)
    assert found["last_event_at"]
    assert found["seconds_since_event"] >= 0
    assert found["last_error"] is None
    assert "nganth1" not in congvu("usage", "logs").out
    signed_in = congvu("mailbox", "show", "nganth1", "--json").json["last_sign_in"]
    assert signed_in == str(office_day(utc_now()))
    assert signed_in in congvu("mailbox", "show", "nganth1").out


def test_a_log_that_is_written_to_without_a_pause_is_current_all_the_same(
    congvu: Cli, db: Database, log: Path
) -> None:
    found_province(db).hire(1)
    log.touch()
    begin = utc_now().isoformat(" ")

    def is_current() -> bool:
        with log.open("a") as written:
            written.write("x\n" * 1000)
        (found,) = congvu("usage", "logs", "--json").json["logs"]
        return (found["current_as_of"] or "") > begin

    with followed(db, log):
        eventually(is_current)


def test_what_stopped_the_reader_is_told_and_so_is_a_line_that_was_passed_over(
    congvu: Cli, db: Database, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.mkdir()  # no file can be read there
    with followed(db, log):
        eventually(
            lambda: congvu("usage", "logs", "--json").json["logs"][0]["last_error"] is not None
        )
    log.rmdir()
    log.write_text("first\nwhat a stranger wrote\nlast\n")
    with followed(db, log) as collector:

        def confused(lines: list[str]) -> Any:
            if any("stranger" in line for line in lines):
                raise OverflowError("what a stranger wrote")
            return [], Counter()

        monkeypatch.setattr(collector._source._reader, "read", confused)  # type: ignore[attr-defined]
        eventually(lambda: bool(congvu("usage", "logs", "--json").json["parked"]))
        eventually(lambda: congvu("usage", "logs", "--json").json["logs"][0]["lag_bytes"] == 0)
    found = congvu("usage", "logs", "--json").json
    assert found["logs"][0]["last_error"] == "IsADirectoryError"
    assert found["logs"][0]["parked"] == 1
    (line,) = found["parked"]
    assert (line["file"], line["offset"], line["fault"]) == ("dovecot.log", 6, "OverflowError")
    told = congvu("usage", "logs").out
    assert "1 lines that could not be counted" in told
    assert "OverflowError" in told
    assert "IsADirectoryError" in told
    assert "stranger" not in told
    log.unlink()
    assert "dovecot: file gone" in congvu("usage", "logs").out
