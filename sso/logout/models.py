import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, text

from kernel.database import Base


class LogoutProtocol(enum.StrEnum):
    OPENID = "openid"
    """OpenID Connect Back-Channel Logout 1.0."""
    CAS = "cas"
    """CAS protocol 3.0 section 2.3.3, single logout."""


class LogoutDelivery(Base):
    """A client that must hear that a participation ended. Triggers write it; the worker delivers.

    Written in the transaction that ended the session or suspended the account, so none is lost.
    """

    __tablename__ = "sso_logout_delivery"
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("sso_participation.id"), index=True)
    protocol: Mapped[LogoutProtocol]
    ticket_id: Mapped[UUID | None]
    """Of CAS, which tells each session of an application apart. No key: it is forgotten earlier."""
    host: Mapped[str] = mapped_column(default="", server_default="")
    """Of the ticket's service: a client may have several, and one that is silent says nothing of
    the others."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    refusals: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Attempts that the client answered with 400."""
    delivered_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(100))
    __table_args__ = (
        Index(
            "ix_sso_logout_delivery_due",
            "due_at",
            postgresql_where=text("delivered_at IS NULL AND given_up_at IS NULL"),
        ),
    )
