"""One reconciler at a time (docs/decisions/0003-one-reconciler-at-a-time.md)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

CHANNEL = "congvu_directory"
"""The triggers of the mirrored tables notify it (migration 0003)."""
LOCK = 0x636F6E67_7675  # "congvu"


class LeadershipLost(RuntimeError):
    """The connection that held the lock is gone, and somebody else may lead by now."""


@dataclass(frozen=True, slots=True)
class Leadership:
    _connection: Connection

    def wait_for_changes(self, seconds: float) -> bool:
        """Whether a row that LDAP mirrors changed within the time. Raises LeadershipLost."""
        connection = self._connection.connection.driver_connection
        if not isinstance(connection, psycopg.Connection):
            raise TypeError(f"psycopg is the only driver supported, got {type(connection)}")
        try:
            return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error as error:
            raise LeadershipLost from error

    def confirm(self) -> None:
        """Raise LeadershipLost unless we still lead."""
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise LeadershipLost from error


@contextmanager
def leadership(engine: Engine) -> Iterator[Leadership | None]:
    """Held for the block, None when another one leads. PostgreSQL frees it when we die."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            yield None
            return
        connection.execute(text(f"LISTEN {CHANNEL}"))
        try:
            yield Leadership(connection)
        finally:
            connection.invalidate()  # lock and subscription end with the session, whatever happened
