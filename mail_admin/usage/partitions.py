"""Months of the usage tables: made when their first event arrives, dropped when they are old."""

import re
import threading
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database import Database
from mail_admin.usage.settings import RetentionSettings

EVENT = "mail_admin_usage_event"
DAY = "mail_admin_usage_day"
MONTH = "mail_admin_usage_month"
IMPORT = "mail_admin_usage_import"
KEPT_LONG = (DAY, MONTH, IMPORT)
COLUMN = {EVENT: "day", DAY: "day", MONTH: "month", IMPORT: "day"}
LOCK = 0x7573616765  # "usage": one process at a time changes which partitions there are
NAME = re.compile(r"(\w+)_(\d{4})(\d{2})")
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"

CHILDREN = """
SELECT child.relname FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid
    JOIN pg_class parent ON parent.oid = inhparent
WHERE parent.relname = :parent AND parent.relnamespace = 'public'::regnamespace
"""


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date, count: int = 1) -> date:
    months = month.year * 12 + month.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


class Partitions:
    """Remembers which are there, so that a batch of known months asks nothing.

    A partition is made apart and then attached: unlike CREATE TABLE … PARTITION OF this stops
    nobody who writes to other months. In a transaction of its own, before the one that writes, so
    no lock on rows is held meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[tuple[str, date]] = set()
        self._making = threading.Lock()

    def ensure(
        self, months: Collection[date], tables: Collection[str] = (EVENT, DAY, MONTH)
    ) -> None:
        wanted = {(table, month) for table in tables for month in months} - self._known
        if not wanted:
            return
        with self._making, self._database.transaction() as session:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            for table, month in sorted(wanted):
                _make(session, table, month)
        self._known |= wanted

    def forget(self) -> None:
        """Look again: another process may have dropped some."""
        self._known = set()


def _make(session: Session, table: str, month: date) -> None:
    name = f"{table}_{month:%Y%m}"
    if session.scalar(text("SELECT to_regclass(:name)"), {"name": f"public.{name}"}):
        return
    session.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"))
    if table in {DAY, MONTH}:  # rows are changed all day: room for it on their page
        session.execute(text(f"ALTER TABLE {name} SET (fillfactor = 70)"))
    session.execute(
        text(
            f"ALTER TABLE {table} ATTACH PARTITION {name}"
            f" FOR VALUES FROM ('{month}') TO ('{month_after(month)}')"
        )
    )


def list_partitions(session: Session, table: str) -> list[date]:
    """Their months, the oldest first."""
    found = (NAME.fullmatch(name) for name in session.scalars(text(CHILDREN), {"parent": table}))
    return sorted(date(int(hit[2]), int(hit[3]), 1) for hit in found if hit)


def drop_old(database: Database, retention: RetentionSettings, today: date) -> list[str]:
    """Names of the partitions that are gone: those with nothing in them that is still kept.

    One transaction each, which gives up after five seconds rather than making writers queue.
    """
    oldest_event = today - timedelta(days=retention.event_days)
    oldest_month = month_after(month_of(today), -retention.day_months)
    dropped = []
    for table in (EVENT, *KEPT_LONG):
        with database.transaction() as session:
            months = list_partitions(session, table)
        for month in months:
            if (month_after(month) <= oldest_event) if table == EVENT else (month < oldest_month):
                _drop(database, table, month)
                dropped.append(f"{table}_{month:%Y%m}")
    return dropped


def _drop(database: Database, table: str, month: date) -> None:
    with database.transaction() as session:
        session.execute(text(LOCK_TIMEOUT))
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        session.execute(text(f"DROP TABLE IF EXISTS {table}_{month:%Y%m}"))
