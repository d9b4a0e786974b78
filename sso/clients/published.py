"""Certificates that clients publish with their keys are noted when the keys are fetched anyway."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kernel.clock import Clock
from kernel.database import Database
from sso.clients.expiry import ends_of_certificates
from sso.clients.models import PublishedCertificate

log = structlog.get_logger("sign-on")


class PublishedCertificates:
    """Writes only where something has changed since this process last wrote."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted: dict[str, datetime | None] = {}

    def note(self, address: str, jwks: Any) -> None:
        """Whoever signs in must not be refused because this cannot be written."""
        end = min(ends_of_certificates(jwks), default=None)
        if address in self._noted and self._noted[address] == end:
            return
        try:
            with self._database.transaction() as session:
                self._keep(session, address, end)
        except SQLAlchemyError as error:
            log.warning("certificate-not-noted", error=type(error).__name__)
        else:
            self._noted[address] = end

    def _keep(self, session: Session, address: str, end: datetime | None) -> None:
        if end is None:
            mine = PublishedCertificate.address == address
            session.execute(delete(PublishedCertificate).where(mine))
            return
        values = {"ends_at": end, "seen_at": self._clock()}
        statement = insert(PublishedCertificate).values(address=address, **values)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[PublishedCertificate.address], set_=values
            )
        )
