"""Who did what to whom, when, and on which document it rests. Rows are only ever added."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.access import Actor, ActorKind
from kernel.database import Asked, Base, copy_rows, tell


@dataclass(frozen=True, slots=True)
class Basis:
    """Why something is done: a reason in words and the document that orders it.

    Provincial regulations want the number and date of the personnel decision or official
    letter beside every change to an account (for instance 143/2025/QĐ-UBND, form 02).
    """

    reason: str
    document_number: str | None = None
    document_date: date | None = None


OFTEN = (
    "sign-on:client-entered",
    "sign-on:refused",
    "sign-on:signed-in",
    "sign-on:signed-out",
    "token:issued",
    "token:refreshed",
)
"""Tags of nearly all records: one is soon found without an index, which each would make dearer."""


class AuditRecord(Base):
    """One thing that happened. A trigger refuses updates and deletes."""

    __tablename__ = "kernel_audit_record"
    __table_args__ = (
        Index("ix_kernel_audit_record_subject", "subject_id", "id"),
        Index("ix_kernel_audit_record_at", "at", "id"),
        Index("ix_kernel_audit_record_actor", "actor_label", "at", "id"),
        Index(
            "ix_kernel_audit_record_document",
            "document_number",
            "at",
            "id",
            postgresql_where=text("document_number IS NOT NULL"),
        ),
        Index(
            "ix_kernel_audit_record_tag",
            "tag",
            "at",
            "id",
            postgresql_where=text(f"tag NOT IN {OFTEN}"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str]
    request_id: Mapped[str | None]
    tag: Mapped[str]
    """`subject:action`, for instance `account:suspended`; listed in docs/reference/audit.md."""
    subject_id: Mapped[UUID | None]
    reason: Mapped[str]
    document_number: Mapped[str | None]
    document_date: Mapped[date | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Never secrets, never citizen numbers."""


INSERT = """
    INSERT INTO kernel_audit_record (
        actor_kind, actor_id, actor_label, request_id, tag, subject_id,
        reason, document_number, document_date, details
    ) VALUES (
        %(actor_kind)s, %(actor_id)s, %(actor_label)s, %(request_id)s, %(tag)s, %(subject_id)s,
        %(reason)s, %(document_number)s, %(document_date)s, %(details)s
    )
"""


def record(
    asked: Asked,
    actor: Actor,
    tag: enum.StrEnum,
    subject_id: UUID | None,
    basis: Basis,
    **details: Any,
) -> None:
    """Add one record in the transaction of the change itself."""
    values = (*_who_and_what(actor, tag), subject_id, *_why(basis), Jsonb(details))
    # one INSERT is one round trip, one COPY three
    tell(asked, INSERT, dict(zip(COLUMNS, values, strict=True)))


COLUMNS = (
    "actor_kind",
    "actor_id",
    "actor_label",
    "request_id",
    "tag",
    "subject_id",
    "reason",
    "document_number",
    "document_date",
    "details",
)


def record_many(
    session: Session,
    actor: Actor,
    tag: enum.StrEnum,
    subjects: Iterable[tuple[UUID | None, Mapping[str, Any]]],
    basis: Basis,
) -> None:
    """Add one record for each subject with its own details: the bulk form for imports."""
    who, why = _who_and_what(actor, tag), _why(basis)
    rows = ((*who, subject, *why, Jsonb(dict(details))) for subject, details in subjects)
    copy_rows(session, AuditRecord.__tablename__, COLUMNS, rows)


def _who_and_what(actor: Actor, tag: enum.StrEnum) -> tuple[Any, ...]:
    return actor.kind.value, actor.id, actor.label, actor.request_id, tag.value


def _why(basis: Basis) -> tuple[Any, ...]:
    return basis.reason, basis.document_number, basis.document_date
