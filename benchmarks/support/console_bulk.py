"""A quota given to many accounts at once, as the worker gives it. Nothing of it is kept."""

import time

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from benchmarks.support.importing import ACTOR
from benchmarks.support.installation import Installation
from benchmarks.support.report import Row, Section
from identity.bulk.applying import apply_plan
from identity.bulk.models import BulkPlan, BulkRow, BulkStatus
from kernel.database import lift_statement_timeout

BEFORE = text("""
UPDATE identity_mailbox SET quota_bytes = quota_bytes
WHERE account_id = (SELECT account_id FROM identity_mailbox LIMIT 1)
""")
"""A change of one mailbox: a connection that has made none plans its triggers for many."""


def bulk_section(ours: Installation) -> Section:
    with Session(ours.services.engine) as session:  # closed without a commit
        accounts = session.scalar(select(func.count()).select_from(BulkRow)) or 0
        figures = {"accounts": float(accounts), "seconds": _apply(session, ours)}
    title = "A plan for many accounts, applied in one transaction"
    return Section("bulk", title, [Row("a quota to all", figures)])


def _apply(session: Session, ours: Installation) -> float:
    lift_statement_timeout(session, seconds=600)
    session.execute(BEFORE)
    plan_id = session.scalars(select(BulkPlan.id)).one()
    session.execute(update(BulkPlan).values(status=BulkStatus.QUEUED))
    began = time.perf_counter()
    outcome = apply_plan(session, ACTOR, plan_id, now=ours.services.clock())
    assert outcome.applied
    return time.perf_counter() - began
