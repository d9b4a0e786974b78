from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


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
