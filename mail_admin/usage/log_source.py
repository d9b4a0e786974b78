"""A log as a source: a file, somebody who understands its lines, and the stored place."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from mail_admin.usage.events import Observed
from mail_admin.usage.log_family import Place
from mail_admin.usage.log_file import Chunk, LogFile
from mail_admin.usage.log_progress import LogWatch, Progress
from mail_admin.usage.models import LogPosition
from mail_admin.usage.readings import place_of
from mail_admin.usage.sources import DATA_FAULTS, Batch, PositionMoved

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
PARK = text("""
INSERT INTO mail_admin_parked_line (source, inode, position, fingerprint, fault, noticed_at)
VALUES (:source, :inode, :position, :fingerprint, :fault, :now)
ON CONFLICT (source, inode, position)
DO UPDATE SET fingerprint = excluded.fingerprint, fault = excluded.fault,
    noticed_at = excluded.noticed_at
""")
WIDE = 1024 * 1024
"""Lines at once from which on there need be no limit again."""


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
    what was read ahead is forgotten when the batch before it fails. A batch that cannot be
    counted is read again in halves, each committed by itself, until a line alone is at fault.
    """

    def __init__(
        self, name: str, path: Path, reader: Reader, clock: Callable[[], datetime]
    ) -> None:
        self.name = name
        self._file = LogFile(path)
        self._watch = LogWatch(path, clock)
        self._most: int | None = None
        """Lines at once, while one is looked for that cannot be counted."""
        self._reader = reader
        self._clock = clock
        self._stored: Place | None = None
        self._ahead: Future[Batch | None] | None = None
        self._thread: ThreadPoolExecutor | None = None

    def resume(self, session: Session) -> None:
        self._forget_ahead()
        row = session.get(LogPosition, self.name, populate_existing=True)
        self._stored = place_of(row)
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
        chunk = self._file.read(self._most)
        if chunk is None:
            return None
        self._file.advance(chunk)
        try:
            events, faults = self._reader.read(chunk.lines)
        except DATA_FAULTS as error:
            return Batch([], chunk, error=error)
        for name in ("undecodable", "too_long"):
            if count := getattr(chunk, name):
                faults[name] += count
        return Batch(events, chunk, dict(faults))

    def commit(self, session: Session, batch: Batch) -> None:
        self._reader.commit(session)
        self.skip(session, batch)

    def skip(self, session: Session, batch: Batch) -> None:
        after: Place = batch.token.after
        values = {**self._values(after), "now": self._clock()}
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

    def _values(self, place: Place) -> dict[str, object]:
        return {
            "source": self.name,
            "inode": place.inode,
            "position": place.offset,
            "fingerprint": place.fingerprint,
        }

    def committed(self, batch: Batch) -> None:
        self._stored = batch.token.after
        if self._most is not None:
            self._most = self._most * 2 if self._most < WIDE else None

    def narrow(self, batch: Batch) -> bool:
        chunk: Chunk = batch.token
        self._most = max(chunk.count // 2, 1)
        return chunk.count > 1

    def park(self, session: Session, batch: Batch, fault: str) -> None:
        chunk: Chunk = batch.token
        values = self._values(chunk.before)
        session.execute(PARK, {**values, "fault": fault[:80], "now": self._clock()})

    def progress(self) -> Progress:
        return self._watch.look(self._stored)

    def close(self) -> None:
        self._forget_ahead()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        self._file.close()
