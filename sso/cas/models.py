import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kernel.database import Base, UuidKey


class TicketKind(enum.StrEnum):
    SERVICE = "service"
    PROXY = "proxy"
    PROXY_GRANTING = "proxy_granting"


class CasTicket(Base):
    """A ticket of the CAS protocol 3.0 (section 3). Its text is a keyed hash of the id."""

    __tablename__ = "sso_cas_ticket"
    id: Mapped[UuidKey]
    kind: Mapped[TicketKind]
    participation_id: Mapped[UUID] = mapped_column(ForeignKey("sso_participation.id"), index=True)
    service: Mapped[str]
    """The address that it was issued for; of a proxy-granting ticket the callback."""
    proxies: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Callbacks of the proxies it went through, the last first."""
    with_credentials: Mapped[bool]
    """Issued right after a password entry: what `renew` asks for."""
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]
