import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kernel.database import Base, UuidKey

LONGEST_USERNAME = 200


class ClientRow(Base):
    """A registered system. What it may do is in `description`, a `clients.description` document."""

    __tablename__ = "sso_client"
    id: Mapped[UuidKey]
    client_id: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    registration_token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    """Of a client that registered itself and manages its entry (RFC 7592)."""

    @property
    def revision(self) -> str:
        """Another one whenever the description is another one."""
        return revision_of(self.description)


def revision_of(description: Any) -> str:
    text = json.dumps(description, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class ClientSecret(Base):
    """One of the secrets in force; at rotation two overlap."""

    __tablename__ = "sso_client_secret"
    id: Mapped[UuidKey]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"), index=True)
    secret_hash: Mapped[bytes]
    """SHA-256: the secret is 256 random bits, which no slow hash makes safer."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class MappedUsername(Base):
    """What one application calls one account: since its first use, or as an administrator says."""

    __tablename__ = "sso_mapped_username"
    id: Mapped[UuidKey]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    username: Mapped[str] = mapped_column(String(LONGEST_USERNAME))
    __table_args__ = (
        UniqueConstraint("client_id", "account_id"),
        UniqueConstraint("client_id", "username"),
    )


class Consent(Base):
    """What a person allowed a client to be told."""

    __tablename__ = "sso_consent"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    client_id: Mapped[UUID] = mapped_column(ForeignKey("sso_client.id"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    granted_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("account_id", "client_id"),)


class PublishedCertificate(Base):
    """Of the certificates in the keys at one `jwks_uri` the one that ends first.

    As it was when the keys were last fetched because somebody needed them.
    """

    __tablename__ = "sso_published_certificate"
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    ends_at: Mapped[datetime]
    seen_at: Mapped[datetime]
