import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UuidKey


class SenderRule(enum.StrEnum):
    PROVINCE = "province"
    """Whoever has an account here."""
    MEMBERS = "members"
    CUSTODIANS = "custodians"
    """Those who act for the organisation: its accounts and their custodians."""


class DistributionList(Base):
    """An address that reaches everybody in a group of the registry."""

    __tablename__ = "mail_admin_list"
    id: Mapped[UuidKey]
    address_id: Mapped[UUID] = mapped_column(ForeignKey("identity_address.id"))
    """In the ledger, which also says the group."""
    senders: Mapped[SenderRule]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("address_id"),)


class ListSender(Base):
    """An account that may send to a list besides those of its rule."""

    __tablename__ = "mail_admin_list_sender"
    list_id: Mapped[UUID] = mapped_column(ForeignKey("mail_admin_list.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), primary_key=True)
