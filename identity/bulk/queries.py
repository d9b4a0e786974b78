"""What is asked of plans for many accounts."""

from sqlalchemy import Integer, func, select
from sqlalchemy.orm import Session

from identity.bulk.models import BulkPlan, BulkStatus, Verdict


def count_waiting(session: Session) -> int:
    """Plans that somebody has to confirm; one that would change nothing waits for nobody."""
    changes = BulkPlan.totals[Verdict.DO.value].astext.cast(Integer) > 0
    statement = select(func.count()).where(BulkPlan.status == BulkStatus.PLANNED, changes)
    return session.scalar(statement) or 0
