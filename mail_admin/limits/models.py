from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UuidKey


class Outgoing(Base):
    """A recipient outside the province that an account has just written to.

    The key is a hash that is made with the id of one message, so nobody learns from it who wrote to
    whom; rows live no longer than the window in which they are counted.
    """

    __tablename__ = "mail_admin_outgoing"
    key: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    at: Mapped[datetime]
    __table_args__ = (
        Index("ix_mail_admin_outgoing_account_id_at", "account_id", "at"),
        Index("ix_mail_admin_outgoing_at", "at"),
    )


class LimitLock(Base):
    """An account that was suspended for writing to too many outside.

    It lasts while the account's latest change of status is that one.
    """

    __tablename__ = "mail_admin_limit_lock"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    locked_at: Mapped[datetime]
