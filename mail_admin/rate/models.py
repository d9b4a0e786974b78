"""Figures that are kept, so that asking for them costs little; and months that are closed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.sql import text

from identity.accounts.models import AccountKind, AccountStatus
from identity.organisations.models import OrganisationKind
from kernel.database import Base, UuidKey

NOWHERE = UUID(int=0)
"""Stands for mailboxes whose organisation did not exist on the reference day."""


class RateWindow(Base):
    """That there are figures of a window, and by which definition they were computed."""

    __tablename__ = "mail_admin_rate_window"
    id: Mapped[UuidKey]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """Excluded."""
    reference_day: Mapped[date]
    """Whose tree, places and statuses count: the last day, or that of the computation."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The settings of the time, with the target; the formula is made of them."""
    computed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    """When it was last seen that nothing they depend on has changed."""
    stale: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Of windows that are no months: computed again when somebody asks for them."""
    closed_at: Mapped[datetime | None]
    """From then on a trigger refuses every change."""
    closed_by: Mapped[str | None]
    __table_args__ = (UniqueConstraint("starts_on", "ends_on"),)


class RateOrganisation(Base):
    """The tree as it was on the reference day."""

    __tablename__ = "mail_admin_rate_organisation"
    window_id: Mapped[UUID] = mapped_column(
        ForeignKey("mail_admin_rate_window.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID | None]
    place: Mapped[int] = mapped_column(Integer)
    """In the order in which the tree is read: an organisation, then everything below it."""
    last_place: Mapped[int] = mapped_column(Integer)
    """Of the last one below it, so that a branch is what lies between; its own if none is."""
    depth: Mapped[int] = mapped_column(Integer)
    """0 at the top."""
    kind: Mapped[OrganisationKind]
    name: Mapped[str] = mapped_column(String(300))
    code: Mapped[str | None] = mapped_column(String(35))
    __table_args__ = (UniqueConstraint("window_id", "place"),)


class Figures:
    """A vector of measures for each organisation of a window and each kind of account."""

    @declared_attr
    def window_id(self) -> Mapped[UUID]:
        return mapped_column(
            ForeignKey("mail_admin_rate_window.id", ondelete="CASCADE"), primary_key=True
        )

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_kind: Mapped[AccountKind] = mapped_column(primary_key=True)
    issued: Mapped[int] = mapped_column(BigInteger)
    present: Mapped[int] = mapped_column(BigInteger)
    in_service: Mapped[int] = mapped_column(BigInteger)
    active: Mapped[int] = mapped_column(BigInteger)
    service_days: Mapped[int] = mapped_column(BigInteger)
    active_service_days: Mapped[int] = mapped_column(BigInteger)
    locked: Mapped[int] = mapped_column(BigInteger)
    on_leave: Mapped[int] = mapped_column(BigInteger)
    never_activated: Mapped[int] = mapped_column(BigInteger)
    polling_only: Mapped[int] = mapped_column(BigInteger)
    weekly_active: Mapped[int] = mapped_column(BigInteger)
    dormant_30: Mapped[int] = mapped_column(BigInteger)
    dormant_60: Mapped[int] = mapped_column(BigInteger)
    dormant_90: Mapped[int] = mapped_column(BigInteger)
    nearly_full: Mapped[int] = mapped_column(BigInteger)
    sent: Mapped[int] = mapped_column(BigInteger)
    sent_outside: Mapped[int] = mapped_column(BigInteger)
    delivered: Mapped[int] = mapped_column(BigInteger)
    read: Mapped[int] = mapped_column(BigInteger)
    moved_in: Mapped[int] = mapped_column(BigInteger)
    moved_out: Mapped[int] = mapped_column(BigInteger)
    moved_within: Mapped[int] = mapped_column(BigInteger)
    officials: Mapped[int] = mapped_column(BigInteger)
    officials_with_account: Mapped[int] = mapped_column(BigInteger)


class RateFigure(Figures, Base):
    """Of the mailboxes that are an organisation's own."""

    __tablename__ = "mail_admin_rate_figure"


class RateTotal(Figures, Base):
    """With those of everything below it; none where all would be zeroes."""

    __tablename__ = "mail_admin_rate_total"


class RateMailbox(Base):
    """A mailbox behind the figures of a closed month, as it was then."""

    __tablename__ = "mail_admin_rate_mailbox"
    window_id: Mapped[UUID] = mapped_column(
        ForeignKey("mail_admin_rate_window.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AccountKind]
    organisation_id: Mapped[UUID]
    moved_from: Mapped[UUID | None]
    status: Mapped[AccountStatus]
    on_leave: Mapped[bool]
    days_in_service: Mapped[int] = mapped_column(Integer)
    active_days: Mapped[int] = mapped_column(Integer)
    in_service: Mapped[bool]
    active: Mapped[bool]
    polling_only: Mapped[bool]
    weekly_active: Mapped[bool]
    dormant_days: Mapped[int] = mapped_column(Integer)
    """0, 30, 60 or 90."""
    nearly_full: Mapped[bool]
    web_days: Mapped[int] = mapped_column(BigInteger)
    """Bits of the window's days, as in the three below."""
    program_days: Mapped[int] = mapped_column(BigInteger)
    sent_days: Mapped[int] = mapped_column(BigInteger)
    read_days: Mapped[int] = mapped_column(BigInteger)
    service_days: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (Index("ix_mail_admin_rate_mailbox_organisation", "organisation_id"),)


class RateStale(Base):
    """Days whose figures something has changed; written by triggers, taken away by the worker."""

    __tablename__ = "mail_admin_rate_stale"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    since: Mapped[date]
    until: Mapped[date | None]
    """Excluded; None for without end."""
