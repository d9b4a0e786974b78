"""What is to happen to many accounts at once: shown first, applied as a whole."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.audit import Basis
from kernel.database import Base, UuidKey


class BulkAction(enum.StrEnum):
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    DEMAND_PASSWORD = "demand_password"  # noqa: S105  # an action, no password
    """Signing in opens nothing but the choice of a new one."""
    QUOTA = "quota"
    LETTERS = "letters"


UNDONE_BY = {
    BulkAction.SUSPEND: BulkAction.REINSTATE,
    BulkAction.REINSTATE: BulkAction.SUSPEND,
    BulkAction.QUOTA: BulkAction.QUOTA,
}


class BulkStatus(enum.StrEnum):
    PLANNED = "planned"
    QUEUED = "queued"
    """The worker applies it."""
    APPLIED = "applied"


class Verdict(enum.StrEnum):
    DO = "do"
    NOTHING = "nothing"
    """It is so already."""
    REFUSED = "refused"


class BulkPlan(Base):
    __tablename__ = "identity_bulk_plan"
    id: Mapped[UuidKey]
    action: Mapped[BulkAction]
    quota_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Of the action QUOTA; None for without limit, or where each row has its own."""
    undoes: Mapped[UUID | None] = mapped_column(ForeignKey("identity_bulk_plan.id"))
    status: Mapped[BulkStatus] = mapped_column(default=BulkStatus.PLANNED)
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    maker_id: Mapped[UUID | None]
    """An account that does nothing to itself."""
    replanned_at: Mapped[datetime | None]
    """When something had changed between showing and applying, so that it was made anew."""
    applied_at: Mapped[datetime | None]
    reason: Mapped[str]
    document_number: Mapped[str | None]
    document_date: Mapped[date | None]

    @property
    def basis(self) -> Basis:
        return Basis(self.reason, self.document_number, self.document_date)


class BulkRow(Base):
    """One account of a plan, in the order of logins."""

    __tablename__ = "identity_bulk_row"
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_bulk_plan.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    verdict: Mapped[Verdict]
    code: Mapped[str | None] = mapped_column(String(40))
    """Why nothing is done; a key of `identity.bulk.reasons.REASONS`."""
    quota_before: Mapped[int | None] = mapped_column(BigInteger)
    quota_after: Mapped[int | None] = mapped_column(BigInteger)
