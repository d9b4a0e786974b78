from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, UuidKey


class DkimKey(Base):
    """A key pair with which the mail server signs what a domain sends (RFC 6376).

    The newest one of a domain signs; older ones may stay published until their mails have arrived.
    """

    __tablename__ = "mail_admin_dkim_key"
    id: Mapped[UuidKey]
    domain_id: Mapped[UUID] = mapped_column(ForeignKey("identity_mail_domain.id"))
    selector: Mapped[str] = mapped_column(String(63))
    private_sealed: Mapped[bytes]
    """PKCS #8 in DER, sealed by the key ring."""
    public_key: Mapped[str]
    """SubjectPublicKeyInfo in base64, as it stands in the DNS."""
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("domain_id", "selector"),)
