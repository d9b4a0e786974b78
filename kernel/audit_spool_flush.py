"""Takes records from spool files into the audit trail, each exactly once.

How far a file has gone is written in the transaction of the records themselves, so whoever
goes on after a crash at any moment neither repeats nor skips one.
"""

from collections.abc import Sequence
from typing import Any, cast

import structlog
from sqlalchemy import BigInteger, CursorResult, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.audit_spool_file import SpoolFile
from kernel.database import Base, Database

BATCH_BYTES = 1 << 20
"""Of one transaction: some three thousand records."""

log = structlog.get_logger("audit")


class SpoolPosition(Base):
    """How far a spool file has gone; the row goes when the file has gone."""

    __tablename__ = "kernel_spool_position"
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)


class SpoolMoved(RuntimeError):
    """Somebody else has taken records from this file meanwhile."""


# Python joins lines and PostgreSQL takes them apart: 1 µs of our own time for a record, not 30.
INSERT = text("""
    INSERT INTO kernel_audit_record (
        at, actor_kind, actor_id, actor_label, request_id, tag, subject_id, reason,
        document_number, document_date, details
    )
    SELECT * FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS line (
        at timestamptz, actor_kind text, actor_id uuid, actor_label text, request_id text,
        tag text, subject_id uuid, reason text, document_number text, document_date date,
        details jsonb
    )
""")


def flush(database: Database, file: SpoolFile) -> None:
    """Write everything up to the size of the file. Raises SQLAlchemyError, SpoolMoved, OSError.

    What is no record is skipped and counted in `damaged`; so is an end without a newline, which
    only a failing disk or power leaves.
    """
    size = file.size
    if file.position is None:
        file.position = _stored_position(database, file.name)
    while file.position is not None and file.position < size:
        chunk = file.read(min(BATCH_BYTES, size - file.position))
        lines = chunk[: chunk.rfind(b"\n") + 1].splitlines(keepends=True)
        if not lines:
            file.damaged += 1
            log.error("audit-spool-torn", file=file.name, bytes=size - file.position)
            return
        _write(database, file, lines)


def forget(database: Database, file: SpoolFile) -> None:
    """After the file is gone, and never before."""
    with database.transaction() as session:
        session.execute(delete(SpoolPosition).where(SpoolPosition.name == file.name))


def _stored_position(database: Database, name: str) -> int:
    with database.transaction() as session:
        statement = select(SpoolPosition.position).where(SpoolPosition.name == name)
        return session.scalar(statement) or 0


def _write(database: Database, file: SpoolFile, lines: Sequence[bytes]) -> None:
    """A batch that the database refuses is halved until the line at fault stands alone."""
    before, file.position = file.position or 0, None
    after = before + sum(map(len, lines))
    try:
        with database.transaction() as session:
            _move(session, file.name, before, after)
            _insert(session, lines)
    except (DataError, IntegrityError, ValueError):
        file.position = before
        if len(lines) == 1:
            _skip(database, file, after)
        else:
            middle = len(lines) // 2
            _write(database, file, lines[:middle])
            _write(database, file, lines[middle:])
    else:
        file.position = after


def _insert(session: Session, lines: Sequence[bytes]) -> None:
    """Raises DataError, IntegrityError, ValueError."""
    joined = b",".join(lines).decode()
    result = cast("CursorResult[Any]", session.execute(INSERT, {"lines": f"[{joined}]"}))
    if result.rowcount != len(lines):
        raise ValueError(f"{result.rowcount} records in {len(lines)} lines")


def _skip(database: Database, file: SpoolFile, after: int) -> None:
    before = file.position or 0
    with database.transaction() as session:
        _move(session, file.name, before, after)
    file.damaged += 1
    file.position = after
    log.error("audit-record-unreadable", file=file.name, offset=before, bytes=after - before)


def _move(session: Session, name: str, before: int, after: int) -> None:
    """Raises SpoolMoved unless the position is what we think it is."""
    statement = (
        insert(SpoolPosition)
        .values(name=name, position=after)
        .on_conflict_do_update(
            index_elements=[SpoolPosition.name],
            set_={"position": after},
            where=SpoolPosition.position == before,
        )
        .returning(SpoolPosition.position)
    )
    if session.scalar(statement) is None:
        raise SpoolMoved(name)
