"""Builds what counts the use of mailboxes, from the settings."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from kernel.clock import Clock
from kernel.database import Database
from mail_admin.usage import dovecot_log, postfix_log
from mail_admin.usage.collector import Collector, Counting
from mail_admin.usage.dovecot_log import DovecotReader
from mail_admin.usage.log_source import LogSource, Reader
from mail_admin.usage.postfix_log import PostfixReader
from mail_admin.usage.settings import UsageSettings


def configured_logs(settings: UsageSettings) -> dict[str, Path]:
    """Those that are followed, by the names of their sources."""
    logs = {dovecot_log.SOURCE: settings.dovecot_log, postfix_log.SOURCE: settings.postfix_log}
    return {source: path for source, path in logs.items() if path is not None}


def log_collectors(
    engine: Engine, database: Database, settings: UsageSettings, clock: Clock
) -> Iterator[Collector]:
    """One for each log that is configured; each is to run in a thread of its own."""
    for name, path in configured_logs(settings).items():
        reader: Reader = (
            DovecotReader(settings)
            if name == dovecot_log.SOURCE
            else PostfixReader(settings, clock)
        )
        source = LogSource(name, path, reader, clock)
        yield Collector(engine, Counting(database, settings, clock), source)
