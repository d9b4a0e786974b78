from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class FollowedAccount(Base):
    """What the mail servers were told of an account: those suspended, closed, or organisations'."""

    __tablename__ = "mail_server_account"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), primary_key=True)
    applied_revision: Mapped[int] = mapped_column(BigInteger)
    """Revision of the account that the servers follow; the latest when nothing is to be done."""
    applied_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Failures since the last success."""
    retry_at: Mapped[datetime | None]
    """Not before this moment; None means at once."""
    purged_at: Mapped[datetime | None]
    """When the mail of a closed account was removed for good."""
