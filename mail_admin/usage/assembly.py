"""Builds what counts the use of mailboxes, from the settings."""

from collections.abc import Iterator

from sqlalchemy import Engine

from kernel.clock import Clock
from kernel.database import Database
from mail_admin.usage import dovecot_log, postfix_log
from mail_admin.usage.collector import Collector, Counting
from mail_admin.usage.dovecot_log import DovecotReader
from mail_admin.usage.log_source import LogSource
from mail_admin.usage.postfix_log import PostfixReader
from mail_admin.usage.settings import UsageSettings


def log_collectors(
    engine: Engine, database: Database, settings: UsageSettings, clock: Clock
) -> Iterator[Collector]:
    """One for each log that is configured; each is to run in a thread of its own."""
    sources = []
    if settings.dovecot_log is not None:
        reader = DovecotReader(settings)
        sources.append(LogSource(dovecot_log.SOURCE, settings.dovecot_log, reader, clock))
    if settings.postfix_log is not None:
        queue_reader = PostfixReader(settings, clock)
        sources.append(LogSource(postfix_log.SOURCE, settings.postfix_log, queue_reader, clock))
    for source in sources:
        yield Collector(engine, Counting(database, settings, clock), source)
