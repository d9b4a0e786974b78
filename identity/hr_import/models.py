import enum
from dataclasses import dataclass
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
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Rises each time the file is planned again: what is confirmed is what was looked at."""
    layout: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Sheet → column → [position, title], for those columns that were read."""
    corrections_sealed: Mapped[bytes | None]
    """Cells that were retyped after the file was sent, sealed; the file itself stays as it is."""
    draft_sealed: Mapped[bytes | None]
    """Retyped cells and answers that are kept but not checked yet, sealed."""
    asked_at: Mapped[datetime | None]
    """Since when the plan waits to be applied, once somebody confirmed it."""
    asked_by: Mapped[str | None]

    @property
    def is_open(self) -> bool:
        """Made, and nobody has confirmed it yet."""
        return self.status is PlanStatus.PLANNED and self.asked_at is None

    @property
    def is_busy(self) -> bool:
        """The worker is to make it, or to apply it."""
        return self.status is PlanStatus.PENDING or (
            self.status is PlanStatus.PLANNED and self.asked_at is not None
        )


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """One thing that is wrong with a row, told at its column."""

    reason: str
    column: str | None
    message: dict[str, str] | None
    """By language; None once the file is no longer kept."""


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
    further: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    """What else the row is refused for, each with reason, column and message; see `refusals`."""
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """What becomes different: field, before, after; citizen numbers masked."""
    subject_id: Mapped[UUID | None]
    """The person, organisation or account that the row is about, when it exists already."""
    payload_sealed: Mapped[bytes | None]
    """What to write, sealed; emptied when the plan was applied."""
    cells_sealed: Mapped[bytes | None]
    """What stands in the row, column → text, sealed; kept as long as the file."""
    proposed: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    """Ids of the registered people that the row may be about, where somebody has to say."""
    account_id: Mapped[UUID | None]
    """The account that was opened for the row when the plan was applied."""
    __table_args__ = (Index("ix_identity_import_row_verdict", "plan_id", "verdict", "position"),)

    @property
    def refusals(self) -> list[RowRefusal]:
        """All that is wrong with the row, first what `reason`, `column` and `message` say."""
        if self.verdict is not Verdict.REFUSE or self.reason is None:
            return []
        first = RowRefusal(self.reason, self.column, self.message)
        return [first, *(RowRefusal(**refusal) for refusal in self.further)]


class Stage(enum.StrEnum):
    READING = "reading"
    CHECKING = "checking"
    STORING = "storing"
    APPLYING = "applying"


class ImportProgress(Base):
    """How far the worker is with a plan. A row of its own: that of the plan is locked meanwhile."""

    __tablename__ = "identity_import_progress"
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_import_plan.id", ondelete="CASCADE"), primary_key=True
    )
    stage: Mapped[Stage]
    done: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    """0 where the stage does not count."""
    at: Mapped[datetime]
    """When the worker last said so."""
