from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UuidKey


class Handover(Base):
    """An organisation account that passed from its custodians to somebody else on a day."""

    __tablename__ = "mail_admin_handover"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    receiver_id: Mapped[UUID] = mapped_column(ForeignKey("identity_person.id"))
    day: Mapped[date]
    recorded_at: Mapped[datetime]
    protocol: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What both sides sign, as it was that day: printing it again gives the same sheet."""
