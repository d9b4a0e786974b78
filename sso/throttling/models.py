from datetime import datetime

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class Throttle(Base):
    """Failures counted under one keyed hash: of a login, a network address, a client, a device."""

    __tablename__ = "sso_throttle"
    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    failed_at: Mapped[datetime]
    free_at: Mapped[datetime]
    """Before this moment the next attempt is refused without looking at it."""
