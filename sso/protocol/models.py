from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kernel.database import Base, UuidKey


class Interaction(Base):
    """An authorization request that waits for a person: to sign in, to choose, to consent."""

    __tablename__ = "sso_interaction"
    id: Mapped[UuidKey]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """As they count: after a pushed or signed request has been taken apart."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sso_session.id"), index=True)
    """Who answered: the choices below count in this session only."""
    acting_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_account.id"))
    """The account chosen: one's own or an organisation's."""
    consented_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class PushedRequest(Base):
    """RFC 9126: parameters that came over the back channel, to be used once."""

    __tablename__ = "sso_pushed_request"
    reference_hash: Mapped[bytes] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    consumed_at: Mapped[datetime | None]


class DeviceAuthorization(Base):
    """RFC 8628: a device that waits for somebody to approve it in a browser."""

    __tablename__ = "sso_device_authorization"
    device_code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_code_hash: Mapped[bytes] = mapped_column(unique=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"))
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text))
    resources: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    interval_seconds: Mapped[int] = mapped_column(Integer)
    polled_at: Mapped[datetime | None]
    grant_id: Mapped[UUID | None] = mapped_column(ForeignKey("sso_grant.id"), index=True)
    """Set when approved."""
    denied_at: Mapped[datetime | None]
    consumed_at: Mapped[datetime | None]
