import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text
from sqlalchemy.types import Text

from kernel.database import Base, UuidKey


class EndReason(enum.StrEnum):
    SIGNED_OUT = "signed_out"
    REPLACED = "replaced"
    """The same browser signed in anew."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a reason, no password
    ENDED_ELSEWHERE = "ended_elsewhere"
    """From the list of sessions: "that was not me", or signing out everywhere."""
    ACCOUNT_NOT_ACTIVE = "account_not_active"
    EXPIRED = "expired"


class SignOnSession(Base):
    """One browser in which somebody has signed in. The cookie holds a secret, this row its hash."""

    __tablename__ = "sso_session"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    authenticated_at: Mapped[datetime]
    """The last time that credentials were shown: OpenID Connect's auth_time."""
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    acr: Mapped[str] = mapped_column(String(100))
    amr: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Authentication methods by the names of RFC 8176."""
    address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None]
    __table_args__ = (
        Index("ix_sso_session_live", "account_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_sso_session_expires_at", "expires_at", postgresql_where=text("ended_at IS NULL")),
    )


class Participation(Base):
    """A client that a session was used to sign in to. Its id is the `sid` that the client knows."""

    __tablename__ = "sso_participation"
    id: Mapped[UuidKey]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sso_session.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    """Whom the client knows: the session's account, or the organisation it acts as."""
    started_at: Mapped[datetime]
    used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "uq_sso_participation_live",
            "session_id",
            "client_id",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_sso_participation_account_live",
            "account_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class KnownDevice(Base):
    """A browser in which somebody signed in before; attempts from it are counted apart.

    Strangers who type wrong passwords slow down strangers, never the person's own browser.
    """

    __tablename__ = "sso_known_device"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    secret_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    user_agent: Mapped[str | None] = mapped_column(String(300))
    __table_args__ = (UniqueConstraint("secret_hash", "account_id"),)
