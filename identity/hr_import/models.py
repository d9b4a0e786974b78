import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from identity.hr_import.kinds import SheetKind
from kernel.database import Base, UuidKey


class PlanStatus(enum.StrEnum):
    PENDING = "pending"
    """Received, not read yet."""
    FAILED = "failed"
    """The file as a whole was refused; `failure` says why."""
    PLANNED = "planned"
    APPLIED = "applied"
    STALE = "stale"
    """The registry changed after the plan was made; plan the file again."""


class Verdict(enum.StrEnum):
    ACCEPT = "accept"
    CHANGE = "change"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    HEADING = "heading"
    REFUSE = "refuse"


class ImportPlan(Base):
    """What a spreadsheet would do, row by row, shown before anything happens."""

    __tablename__ = "identity_import_plan"
    id: Mapped[UuidKey]
    kind: Mapped[SheetKind | None]
    status: Mapped[PlanStatus]
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[bytes]
    file_sealed: Mapped[bytes | None]
    """The file itself, sealed; kept while rejected rows may be asked for."""
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Basis and confirmed matches the plan rests on."""
    totals: Mapped[dict[str, int]] = mapped_column(JSONB)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    applied_at: Mapped[datetime | None]
    as_of: Mapped[date]
    """The day on which appointments and addresses of this plan begin."""


class ImportRow(Base):
    """One row of the sheet and what is to become of it."""

    __tablename__ = "identity_import_row"
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_import_plan.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Order in the file; row numbers repeat over the sheets of a workbook."""
    row: Mapped[int] = mapped_column(Integer)
    """Row number as the spreadsheet shows it."""
    sheet: Mapped[str]
    verdict: Mapped[Verdict]
    reason: Mapped[str | None] = mapped_column(String(60))
    column: Mapped[str | None] = mapped_column(String(60))
    message: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    """The reason in words, by language."""
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """What becomes different: field, before, after; citizen numbers masked."""
    subject_id: Mapped[UUID | None]
    """The person, organisation or account that the row is about, when it exists already."""
    payload_sealed: Mapped[bytes | None]
    """What to write, sealed; emptied when the plan was applied."""
    __table_args__ = (Index("ix_identity_import_row_verdict", "plan_id", "verdict", "position"),)
