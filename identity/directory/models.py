from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UuidKey


class BrakeStop(Base):
    """A run of the reconciler that the mass-change brake stopped, until somebody decides."""

    __tablename__ = "identity_directory_brake_stop"
    id: Mapped[UuidKey]
    stopped_at: Mapped[datetime]
    held: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """How many entries would be locked and removed, of how many, under which limits."""
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
