"""The audit trail, searched: newest first, a page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from console.audit.filters import AuditFilter
from console.audit.subjects import Subject, find_actors, find_subjects, names_of
from console.found import PLANNED
from kernel.audit import AuditRecord
from kernel.database import Database
from kernel.errors import NotFound
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

PAGE = 50
AT_ONCE = 2_000
"""Records of one transaction while a file is written."""
ORDER = (AuditRecord.at, AuditRecord.id)


class AuditRecordNotFound(NotFound):
    code = "audit-record-not-found"

    def __init__(self) -> None:
        super().__init__("Không có bản ghi nhật ký này.", "There is no such audit record.")


@dataclass(frozen=True, slots=True)
class AuditPage:
    records: list[AuditRecord]
    subjects: dict[UUID, Subject]
    next_cursor: str | None


def list_records(session: Session, wanted: AuditFilter) -> AuditPage:
    if wanted.unclear:
        return AuditPage([], {}, None)
    statement = _narrowed(session, wanted)
    if wanted.cursor is not None:
        statement = statement.where(tuple_(*ORDER) < _position(wanted.cursor))
    found = session.scalars(statement.limit(PAGE + 1)).all()
    shown = list(found[:PAGE])
    last = shown[-1] if len(found) > PAGE else None
    return AuditPage(
        shown,
        names_of(session, {record.subject_id for record in shown if record.subject_id}),
        encode_cursor(last.at.isoformat(), str(last.id)) if last is not None else None,
    )


def get_record(session: Session, record_id: int) -> AuditRecord:
    """Raises AuditRecordNotFound."""
    record = session.get(AuditRecord, record_id)
    if record is None:
        raise AuditRecordNotFound
    return record


def every_record(
    database: Database, wanted: AuditFilter, most: int
) -> Iterator[tuple[AuditRecord, Subject | None]]:
    """The newest `most` of them, in transactions of their own: others need not wait for a file."""
    last: tuple[datetime, int] | None = None
    while most > 0:
        with database.transaction() as session:
            statement = _narrowed(session, wanted)
            if last is not None:
                statement = statement.where(tuple_(*ORDER) < last)
            found = session.scalars(statement.limit(min(AT_ONCE, most))).all()
            ids = {record.subject_id for record in found if record.subject_id}
            subjects = names_of(session, ids)
        for record in found:
            yield record, subjects.get(record.subject_id) if record.subject_id else None
        if not found:
            return
        last, most = (found[-1].at, found[-1].id), most - len(found)


def _narrowed(session: Session, wanted: AuditFilter) -> Select[AuditRecord]:
    statement = select(AuditRecord).order_by(*(column.desc() for column in ORDER))
    if wanted.actor:
        labels = find_actors(session, wanted.actor)
        statement = statement.where(AuditRecord.actor_label.in_(labels))
    if wanted.subject:
        ids = find_subjects(session, wanted.subject)
        statement = statement.where(AuditRecord.subject_id.in_(ids))
    if wanted.tag:
        session.execute(
            PLANNED
        )  # the index by tag is of the rarer ones: which one is asked matters
        statement = statement.where(AuditRecord.tag == wanted.tag)
    if wanted.document:
        statement = statement.where(AuditRecord.document_number == wanted.document)
    if wanted.begins is not None:
        statement = statement.where(AuditRecord.at >= wanted.begins)
    if wanted.ends is not None:
        statement = statement.where(AuditRecord.at < wanted.ends)
    return statement


def _position(cursor: str) -> tuple[datetime, int]:
    at, identifier = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at), int(identifier)
    except ValueError as error:
        raise CursorInvalid from error
