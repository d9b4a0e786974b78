"""The last attempts to sign in to an account, from the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit import AuditRecord
from sso.protocol.sign_on_records import SignOnAuditTag

ATTEMPTS = (SignOnAuditTag.SIGNED_IN, SignOnAuditTag.REFUSED, SignOnAuditTag.PASSWORD_DUE)


@dataclass(frozen=True, slots=True)
class Attempt:
    at: datetime
    address: str | None
    succeeded: bool


def recent_attempts(session: Session, account_id: UUID, *, most: int) -> list[Attempt]:
    """The latest first."""
    statement = (
        select(AuditRecord.at, AuditRecord.tag, AuditRecord.details)
        .where(
            AuditRecord.subject_id == account_id,
            AuditRecord.tag.in_([tag.value for tag in ATTEMPTS]),
        )
        .order_by(AuditRecord.id.desc())
        .limit(most)
    )
    return [
        Attempt(at, details.get("address"), tag != SignOnAuditTag.REFUSED.value)
        for at, tag, details in session.execute(statement)
    ]
