"""A log as a source: a file, somebody who understands its lines, and the stored place."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from mail_admin.usage.events import Observed
from mail_admin.usage.log_file import LogFile, Place
from mail_admin.usage.models import LogPosition
from mail_admin.usage.sources import Batch, PositionMoved

BEGIN = text("""
INSERT INTO mail_admin_log_position (source, inode, position, fingerprint, updated_at)
VALUES (:source, :inode, :position, :fingerprint, :now) ON CONFLICT (source) DO NOTHING
""")
MOVE = text("""
UPDATE mail_admin_log_position
SET inode = :inode, position = :position, fingerprint = :fingerprint, updated_at = :now
WHERE source = :source AND inode = :old_inode AND position = :old_position
    AND fingerprint = :old_fingerprint
""")

log = structlog.get_logger("usage")


class Reader(Protocol):
    """Understands the lines of one program."""

    remembers: bool
    """Whether it needs what was committed to understand the next lines."""

    def resume(self, session: Session) -> None:
        """Forget what was not committed."""

    def read(self, lines: Sequence[str]) -> tuple[list[Observed], Counter[str]]:
        """Events, and faults by their reason. Lines of no interest are no fault."""

    def commit(self, session: Session) -> None:
        """Store what is needed to understand the lines to come."""


class LogSource:
    """Moves its place in the transaction of each batch, and only from where it left it.

    Should two read the same log, because the lock of one was lost with its connection, the slower
    one finds the place moved and nothing of its batch is counted.

    While a batch is counted the next one is read in a thread, where its lines stand for themselves:
    what was read ahead is forgotten when the batch before it fails.
    """

    def __init__(
        self, name: str, path: Path, reader: Reader, clock: Callable[[], datetime]
    ) -> None:
        self.name = name
        self._file = LogFile(path)
        self._reader = reader
        self._clock = clock
        self._stored: Place | None = None
        self._ahead: Future[Batch | None] | None = None
        self._thread: ThreadPoolExecutor | None = None

    def resume(self, session: Session) -> None:
        self._forget_ahead()
        row = session.get(LogPosition, self.name, populate_existing=True)
        self._stored = Place(row.inode, row.position, row.fingerprint) if row else None
        self._file.resume(self._stored)
        self._reader.resume(session)

    def next_batch(self) -> Batch | None:
        ahead, self._ahead = self._ahead, None
        batch = ahead.result() if ahead else self._read()
        if batch is not None and not self._reader.remembers:
            self._thread = self._thread or ThreadPoolExecutor(1, f"usage {self.name} ahead")
            self._ahead = self._thread.submit(self._read)
        return batch

    def _forget_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.exception()  # waits; whatever was wrong with the file will be wrong again

    def _read(self) -> Batch | None:
        chunk = self._file.read()
        if chunk is None:
            return None
        self._file.advance(chunk)
        events, faults = self._reader.read(chunk.lines)
        for name in ("undecodable", "too_long"):
            if count := getattr(chunk, name):
                faults[name] += count
        return Batch(events, chunk, dict(faults))

    def commit(self, session: Session, batch: Batch) -> None:
        after: Place = batch.token.after
        self._reader.commit(session)
        values = {
            "source": self.name,
            "inode": after.inode,
            "position": after.offset,
            "fingerprint": after.fingerprint,
            "now": self._clock(),
        }
        old = self._stored
        if old is not None:
            values |= {
                "old_inode": old.inode,
                "old_position": old.offset,
                "old_fingerprint": old.fingerprint,
            }
        moved = session.execute(MOVE if old else BEGIN, values)
        if getattr(moved, "rowcount", 0) != 1:
            raise PositionMoved(self.name)

    def committed(self, batch: Batch) -> None:
        self._stored = batch.token.after

    def close(self) -> None:
        self._forget_ahead()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        self._file.close()
