"""What the audit trail says of one object, as the page of that object shows it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.session.service import Caller
from kernel.access import Permission
from kernel.audit import AuditRecord

MOST = 20


def sees_trail(caller: Caller, looks_after: Permission) -> bool:
    """Whoever looks after an object sees what was done to it; whoever reads the trail, all of it.

    To search through everything there is takes `READ_AUDIT` (docs/decisions/0031).
    """
    return caller.may(looks_after) or caller.may(Permission.READ_AUDIT)


def trail_of(session: Session, subjects: Collection[UUID]) -> list[AuditRecord]:
    """The latest first."""
    statement = (
        select(AuditRecord)
        .where(AuditRecord.subject_id.in_(subjects))
        .order_by(AuditRecord.id.desc())
        .limit(MOST)
    )
    return list(session.scalars(statement))
