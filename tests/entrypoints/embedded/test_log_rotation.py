"""Logs are begun anew by size and by day; what is not counted yet is never removed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from entrypoints.embedded.assembly import log_rotation
from entrypoints.embedded.log_rotation import LogFileSettings, LogRotation
from entrypoints.settings import Settings
from kernel.database import Database, DatabaseSettings
from mail_admin.usage.log_family import fingerprint
from mail_admin.usage.models import LogPosition
from mail_admin.usage.settings import UsageSettings

NOW = datetime(2026, 11, 28, 16, 59, tzinfo=UTC)  # a minute before midnight in Vietnam


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "mail.log"


def write(log: Path, size: int = 10, at: datetime = NOW) -> None:
    log.write_text("x" * size)
    os.utime(log, (at.timestamp(), at.timestamp()))


def names(log: Path) -> list[str]:
    return sorted(path.name for path in log.parent.iterdir())


def test_a_log_is_due_when_it_is_long_and_when_a_day_has_begun_in_vietnam(log: Path) -> None:
    clock = Clock()
    rotation = LogRotation(LogFileSettings(largest_bytes=1024), clock=clock)
    assert not rotation.is_due(log)
    write(log, 1023)
    assert not rotation.is_due(log)
    write(log, 1024)
    assert rotation.is_due(log)
    rotation.rename(log)
    write(log)
    assert not rotation.is_due(log)
    clock.now += timedelta(minutes=2)
    assert rotation.is_due(log)
    rotation.rename(log)
    write(log, at=clock.now)
    assert not rotation.is_due(log)
    clock.now += timedelta(days=1)
    write(log, 0)
    assert not rotation.is_due(log)  # an empty file of every quiet day says nothing


def test_a_log_of_yesterday_is_put_aside_at_the_first_look(log: Path) -> None:
    write(log, at=NOW - timedelta(days=1))
    assert LogRotation(clock=lambda: NOW).is_due(log)


def test_as_many_are_kept_as_the_setting_says(log: Path) -> None:
    rotation = LogRotation(LogFileSettings(kept=2), clock=lambda: NOW)
    for text in "abcd":
        log.write_text(text)
        rotation.rename(log)
    assert names(log) == ["mail.log.1", "mail.log.2"]
    assert [log.with_name(name).read_text() for name in names(log)] == ["d", "c"]


def test_what_is_copied_was_there_and_its_writer_goes_on_at_the_beginning(log: Path) -> None:
    with log.open("ab", buffering=0) as writer:
        writer.write(b"first")
        LogRotation(clock=lambda: NOW).copy(log)
        writer.write(b"second")
    assert log.read_bytes() == b"second"
    assert log.with_name("mail.log.1").read_bytes() == b"first"


def test_a_log_that_is_followed_loses_only_what_was_read_to_its_end(
    db: Database, database_url: str, log: Path
) -> None:
    settings = Settings.model_construct(
        database=DatabaseSettings(url=SecretStr(database_url)),
        usage=UsageSettings(dovecot_log=log),
        log_files=LogFileSettings(kept=1),
    )
    rotation = log_rotation(settings)
    for text in "abcd":
        log.write_text(f"{text}\n")
        rotation.rename(log)
    everything = [f"mail.log.{number}" for number in (1, 2, 3, 4)]
    assert names(log) == everything  # nobody has read it yet
    third = log.with_name("mail.log.3")
    with third.open() as opened, db.transaction() as session:
        session.add(
            LogPosition(
                source="dovecot",
                inode=third.stat().st_ino,
                position=2,
                fingerprint=fingerprint(opened.fileno(), 2),
                updated_at=NOW,
            )
        )
    unreachable = settings.model_copy(
        update={"database": DatabaseSettings(url=SecretStr("postgresql+psycopg://x@127.0.0.1:1/x"))}
    )
    log_rotation(unreachable).prune(log)
    assert names(log) == everything
    rotation.prune(log)
    assert names(log) == everything[:3]  # it may still be written to
    other = log.with_name("web.log")
    for text in "abcd":
        other.write_text(text)
        rotation.rename(other)
    assert names(log) == [*everything[:3], "web.log.1"]
