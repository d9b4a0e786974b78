from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UuidKey


class ConsoleSession(Base):
    """A browser that came back from the sign-in page. The cookie holds a secret, this row its hash.

    It has no end of its own: it counts as long as the sign-in that it stands on.
    """

    __tablename__ = "console_session"
    id: Mapped[UuidKey]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    participation_id: Mapped[UUID] = mapped_column(
        ForeignKey("sso_participation.id", ondelete="CASCADE"), index=True
    )
    """The `sid` of the ID token."""
    created_at: Mapped[datetime]
