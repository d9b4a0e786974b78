"""Comparisons that somebody asked the worker for, and what they found: names, never values."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from identity.directory.comparison import Drift, DriftKind, Stage
from identity.directory.registry import RowKind
from kernel.database import Base, UuidKey


class ComparisonStanding(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The process that compared has died, or its job was taken away."""


class DirectoryComparison(Base):
    """How it stands is not in it alone: `comparisons.standing_of` asks its job too."""

    __tablename__ = "identity_directory_comparison"
    id: Mapped[UuidKey]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    asked_by: Mapped[str]
    job_id: Mapped[int] = mapped_column(BigInteger)
    stage: Mapped[Stage | None]
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None]
    compared: Mapped[int] = mapped_column(Integer, default=0)
    failure: Mapped[str | None] = mapped_column(String(60))
    """Code of what it ended with instead of a result."""


class DirectoryDifference(Base):
    """One entry that differs, in the order in which they were found."""

    __tablename__ = "identity_directory_difference"
    comparison_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_directory_comparison.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[DriftKind]
    dn: Mapped[str]
    attributes: Mapped[list[str]] = mapped_column(JSONB)
    """Names of those that differ."""
    row_kind: Mapped[RowKind | None]
    row_id: Mapped[UUID | None]
    repair_asked_at: Mapped[datetime | None]
    """When somebody had it written again."""
    __table_args__ = (
        Index("ix_identity_directory_difference_kind", "comparison_id", "kind", "position"),
    )

    @property
    def drift(self) -> Drift:
        row = (self.row_kind, self.row_id) if self.row_kind and self.row_id else None
        return Drift(self.kind, self.dn, tuple(self.attributes), row)
