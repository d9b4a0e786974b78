"""Audit records of the hot paths: on the disk of this machine at once, in the trail soon after.

A write(2) of 10 µs instead of a commit of a millisecond. What is written survives the death of
this process, as the kernel has it, and a flusher takes it into `kernel_audit_record` twice a
second; records of processes that died are taken along by those that live, and at the next start.
Only a power failure can take records: the last half second, as everything else is in PostgreSQL
or, while that does not answer, synced to the disk.
"""

import contextlib
import enum
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from kernel import audit_spool_file
from kernel.access import Actor
from kernel.audit import Basis
from kernel.audit_spool_file import SpoolFile
from kernel.audit_spool_flush import flush, forget
from kernel.clock import Clock, utc_now
from kernel.database import Database, DatabaseUnavailable
from kernel.errors import Unavailable

SEGMENT_BYTES = 16 * 1024 * 1024
"""A file that has grown so far is finished and removed once the database has it all."""
SWEEP_SECONDS = 5.0
"""Between two looks for files of processes that died."""
STOP_SECONDS = 10.0

log = structlog.get_logger("audit")
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class AuditSettings(BaseModel):
    """Records on their way to the audit trail. Environment: CONGVU_AUDIT__*."""

    spool_folder: Path | None = None
    """On a local disk that outlives the process; empty for `spool` in the home."""
    flush_seconds: float = Field(default=0.5, gt=0)
    """How often records are taken from there to the database."""
    largest_backlog_bytes: int = Field(default=1024**3, gt=0)
    """Of one process, some 300 a record; then what needs a record is refused."""


class AuditUnavailable(Unavailable):
    code = "audit-unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Không ghi được nhật ký kiểm toán nên yêu cầu bị từ chối; hãy thử lại sau.",
            "The audit trail cannot be written, so the request is refused; try again later.",
        )


class AuditSpool:
    """One for each process. `record` may be called from any thread and from event loops."""

    def __init__(
        self, folder: Path, settings: AuditSettings, database: Database, clock: Clock = utc_now
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._database = database
        self._clock = clock
        self._file: SpoolFile | None = None
        self._torn: deque[SpoolFile] = deque()
        """Left behind with half a line at the end, for the flusher to close: it may be reading."""
        self._writing = threading.Lock()
        self._flushing = threading.Lock()
        self._failing = False
        self._report: Callable[[int], None] = lambda _: None
        self._stopping = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def record(
        self, actor: Actor, tag: enum.StrEnum, subject_id: UUID | None, basis: Basis, **details: Any
    ) -> None:
        """Without a transaction: for what a token is issued on, not for changes in the database.

        Raises AuditUnavailable when it cannot be written down, and then nothing may be done.
        """
        line = encode(
            {
                "at": self._clock().isoformat(),
                "actor_kind": actor.kind.value,
                "actor_id": actor.id and str(actor.id),
                "actor_label": actor.label,
                "request_id": actor.request_id,
                "tag": tag.value,
                "subject_id": subject_id and str(subject_id),
                "reason": basis.reason,
                "document_number": basis.document_number,
                "document_date": basis.document_date and basis.document_date.isoformat(),
                "details": details,
            }
        )
        if "\\u0000" in line:  # no text of PostgreSQL has it
            line = line.replace("\\u0000", "\\ufffd")
        with self._writing:
            self._append(f"{line}\n".encode(errors="replace"))

    def _append(self, line: bytes) -> None:
        if self._closed or self.backlog_bytes > self._settings.largest_backlog_bytes:
            raise AuditUnavailable
        try:
            if self._file is None:
                self._file = audit_spool_file.create(self._folder)
            self._file.append(line)
        except OSError as error:
            if self._file is not None and not self._file.is_whole():
                self._torn.append(self._file)
                self._file = None
            raise AuditUnavailable from error

    @property
    def backlog_bytes(self) -> int:
        """What this process wrote and the database does not have yet."""
        file = self._file
        return file.size - file.flushed if file is not None else 0

    def report_to(self, gauge: Callable[[int], None]) -> None:
        """Tell the backlog after each turn of flushing."""
        self._report = gauge

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="audit-spool", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Flush what can be flushed; the rest stays for the next start."""
        with self._writing:
            self._closed = True
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            if self._thread.is_alive():  # the database keeps it waiting: that is what files are for
                return
        self._close_torn()
        if self._file is not None:
            with self._reported():
                self._finish(self._file)

    def flush(self) -> None:
        """Take what is there, ours and that of dead processes, to the database now.

        Raises DatabaseUnavailable.
        """
        try:
            self._flush(sweep=True)
        except OperationalError as error:
            raise DatabaseUnavailable from error

    def _run(self) -> None:
        swept_at = float("-inf")
        while not self._stopping.wait(self._settings.flush_seconds):
            now = time.monotonic()
            sweep = now - swept_at > SWEEP_SECONDS
            with self._reported():
                self._flush(sweep=sweep)
            swept_at = now if sweep else swept_at
            self._report(self.backlog_bytes)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """What fails is tried again at the next turn, until then it is safe on the disk."""
        try:
            yield
            self._failing = False
        except Exception as error:  # noqa: BLE001  # no error may end the one who flushes
            if not self._failing:
                log.warning("audit-spool-waits", error=type(error).__name__)
            self._failing = True
            if (file := self._file) is not None:
                with contextlib.suppress(OSError):
                    file.sync()

    def _flush(self, *, sweep: bool) -> None:
        with self._flushing:
            self._close_torn()
            if (file := self._file) is not None:
                flush(self._database, file)
                file.flushed = file.position or 0
                if file.size >= SEGMENT_BYTES:
                    self._finish(file)
            if sweep:
                self._adopt()

    def _finish(self, file: SpoolFile) -> None:
        with self._writing:
            if self._file is not file:  # torn meanwhile
                return
            self._file = None  # the next record begins another one
        try:
            flush(self._database, file)
            file.remove()
        finally:
            file.close()  # where that failed the file is left behind, and adopted
        forget(self._database, file)

    def _close_torn(self) -> None:
        """From then on they are nobody's, and adopted."""
        while self._torn:
            self._torn.popleft().close()

    def _adopt(self) -> None:
        with contextlib.closing(audit_spool_file.left_behind(self._folder)) as files:
            for file in files:
                flush(self._database, file)
                file.remove()
                forget(self._database, file)
                log.info("audit-spool-adopted", file=file.name, bytes=file.size)
