"""What is to happen to many accounts at once: shown first, applied as a whole."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
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
    RESET = "reset"
    """A code for each, in a letter, to choose a new password with; signing in asks for one too."""
    MOVE = "move"
    """The holders work elsewhere from a day on."""
    MOVE_BACK = "move_back"
    """As if a plan had not moved them; only ever made from such a plan."""


UNDONE_BY = {
    BulkAction.SUSPEND: BulkAction.REINSTATE,
    BulkAction.REINSTATE: BulkAction.SUSPEND,
    BulkAction.QUOTA: BulkAction.QUOTA,
    BulkAction.MOVE: BulkAction.MOVE_BACK,
}


WITH_LETTERS = frozenset({BulkAction.LETTERS, BulkAction.RESET})
"""What is done is the answer, once: such plans are never left to the worker."""


class BulkStatus(enum.StrEnum):
    PLANNED = "planned"
    QUEUED = "queued"
    """Confirmed; the worker applies it."""
    APPLIED = "applied"
    FAILED = "failed"
    """The worker could not apply it, and nothing was changed; may be confirmed again."""
    GIVEN_UP = "given_up"
    """Somebody put it away; nothing was changed."""


class Verdict(enum.StrEnum):
    DO = "do"
    NOTHING = "nothing"
    """It is so already."""
    REFUSED = "refused"


class BulkPlan(Base):
    __tablename__ = "identity_bulk_plan"
    __table_args__ = (
        Index(
            "ix_identity_bulk_plan_waiting",
            "id",
            postgresql_where=text("status = 'planned'"),
        ),
    )
    id: Mapped[UuidKey]
    action: Mapped[BulkAction]
    quota_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Of the action QUOTA; None for without limit, or where each row has its own."""
    undoes: Mapped[UUID | None] = mapped_column(ForeignKey("identity_bulk_plan.id"))
    status: Mapped[BulkStatus] = mapped_column(default=BulkStatus.PLANNED)
    totals: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default="{}")
    """Rows by verdict: a list of plans does not count 100,000 rows of each."""
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    maker_id: Mapped[UUID | None]
    """An account that does nothing to itself."""
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Rises each time the rows are made anew: what is confirmed is what was looked at."""
    replanned_at: Mapped[datetime | None]
    """When something had changed between showing and applying, so that it was made anew."""
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]
    applied_at: Mapped[datetime | None]
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Of the status FAILED: why, by language."""
    given_up_at: Mapped[datetime | None]
    given_up_by: Mapped[str | None]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_organisation.id"))
    """Of the action MOVE, like the two below: where to."""
    position: Mapped[str | None] = mapped_column(String(200))
    """None: everybody keeps their own."""
    moves_on: Mapped[date | None]
    reason: Mapped[str]
    document_number: Mapped[str | None]
    document_date: Mapped[date | None]

    @property
    def counts(self) -> dict[Verdict, int]:
        return {verdict: self.totals.get(verdict.value, 0) for verdict in Verdict}

    @property
    def basis(self) -> Basis:
        return Basis(self.reason, self.document_number, self.document_date)


class BulkRow(Base):
    """One account of a plan, in the order of logins; then people who have none, by name."""

    __tablename__ = "identity_bulk_row"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, person_id) = 1", name="account_or_person"),
        Index("ix_identity_bulk_row_account", "plan_id", "account_id"),
        Index(
            "ix_identity_bulk_row_person",
            "plan_id",
            "person_id",
            postgresql_where=text("person_id IS NOT NULL"),
        ),
    )
    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_bulk_plan.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_account.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_person.id"))
    """Of somebody who had no account when the plan was made: such people are moved."""
    verdict: Mapped[Verdict]
    code: Mapped[str | None] = mapped_column(String(40))
    """Why nothing is done; a key of `identity.bulk.reasons.REASONS`."""
    quota_before: Mapped[int | None] = mapped_column(BigInteger)
    quota_after: Mapped[int | None] = mapped_column(BigInteger)
    appointment_before: Mapped[UUID | None]
    """Of the action MOVE: the primary appointment that ends."""
    ended_before: Mapped[date | None]
    """Its end as it was before; None where it had none."""
    appointment_after: Mapped[UUID | None]
    """The one that was begun when the plan was applied."""
