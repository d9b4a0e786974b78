import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class Algorithm(enum.StrEnum):
    """Signature algorithms on offer (RFC 7518 section 3.1, RFC 8037)."""

    ES256 = "ES256"
    RS256 = "RS256"
    EDDSA = "EdDSA"


class SigningKey(Base):
    """A key pair from its publication to its withdrawal from the JWKS."""

    __tablename__ = "sso_signing_key"
    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    algorithm: Mapped[Algorithm]
    private_sealed: Mapped[bytes]
    """The private key in PKCS #8 DER, sealed by the key ring."""
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    signs_until: Mapped[datetime]
    withdrawn_at: Mapped[datetime]
    """From then on it is no longer in the JWKS; every token it signed has expired long before."""
    __table_args__ = (Index("ix_sso_signing_key_withdrawn_at", "withdrawn_at"),)
