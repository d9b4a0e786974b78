from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text
from sqlalchemy.types import Text

from kernel.database import Base, UuidKey


class Grant(Base):
    """What an account allowed a client, and the family of refresh tokens that rests on it.

    A refresh token is the grant's id, a generation and a keyed hash of both: nothing that
    could be stolen from this table. Rotation raises the generation.
    """

    __tablename__ = "sso_grant"
    id: Mapped[UuidKey]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    """The subject of its tokens."""
    actor_account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_account.id"), index=True
    )
    """The custodian who acts as the subject, an organisation account."""
    participation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("sso_participation.id"), index=True
    )
    """None for grants that no browser session stands behind (device flow)."""
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sso_session.id"), index=True)
    """The grant ends with this session; None when it may outlive it (offline_access)."""
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text))
    resources: Mapped[list[str]] = mapped_column(ARRAY(Text))
    claims: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The `claims` parameter of the request (OpenID Connect Core section 5.5)."""
    authenticated_at: Mapped[datetime]
    acr: Mapped[str] = mapped_column(String(100))
    amr: Mapped[list[str]] = mapped_column(ARRAY(Text))
    dpop_thumbprint: Mapped[str | None] = mapped_column(String(64))
    """Refresh tokens of public clients are bound to this key (RFC 9449 section 5)."""
    certificate_thumbprint: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    generation: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Of the refresh token in force; 0 until the first is issued."""
    refreshed_at: Mapped[datetime | None]
    needs_check: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """The person's appointments changed: whether they may still use the client is asked again."""
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(String(40))
    __table_args__ = (Index("ix_sso_grant_expires_at", "expires_at"),)


class AuthorizationCode(Base):
    """The single-use code of RFC 6749 section 4.1.2; only its hash is kept."""

    __tablename__ = "sso_authorization_code"
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("sso_grant.id"), index=True)
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str] = mapped_column(String(128))
    nonce: Mapped[str | None]
    dpop_thumbprint: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]


class RevokedToken(Base):
    """An access token that was revoked alone; kept until it would have expired anyway."""

    __tablename__ = "sso_revoked_token"
    jti: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UsedIdentifier(Base):
    """A `jti` of somebody else's JWT that must not come twice (client assertions, DPoP, JAR)."""

    __tablename__ = "sso_used_identifier"
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
