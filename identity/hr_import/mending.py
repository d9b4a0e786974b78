"""Plans whose worker did not get to the end: they say so, are tried again, or are given up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, null, update
from sqlalchemy.orm import Session

from identity.hr_import import queries
from identity.hr_import.audit_tags import ImportAuditTag
from identity.hr_import.confirmation import basis_of
from identity.hr_import.errors import (
    ImportPlanGivenUp,
    ImportPlanNotOpen,
    ImportPlanRevised,
    ImportPlanStopped,
)
from identity.hr_import.models import ImportPlan, ImportRow, PlanStatus
from kernel import audit
from kernel.access import Actor
from kernel.lost_jobs import is_waited_for

PLAN, APPLY = "import.plan", "import.apply"
"""Names of the tasks."""
UNATTENDED = timedelta(minutes=5)
"""The command line plans without a job; it is done long before."""
APART: dict[str, Any] = {"synchronize_session": False}


def mend_plans(session: Session, now: datetime) -> Sequence[UUID]:
    """Plans that wait for the worker while no job is there: it gave up, or was lost.

    The file is kept, so that it can be tried again.
    """
    since = func.coalesce(ImportPlan.asked_at, ImportPlan.created_at)
    failure = ImportPlanStopped().as_json()
    unread = (
        update(ImportPlan)
        .where(
            ImportPlan.status == PlanStatus.PENDING,
            since < now - UNATTENDED,
            ~is_waited_for(PLAN, "plan_id", ImportPlan.id),
        )
        .values(status=PlanStatus.FAILED, failure=failure, asked_at=null())
    )
    unwritten = (
        update(ImportPlan)
        .where(
            ImportPlan.status == PlanStatus.PLANNED,
            ImportPlan.asked_at.is_not(None),
            ~is_waited_for(APPLY, "plan_id", ImportPlan.id),
        )
        .values(failure=failure, asked_at=null())
    )
    mended: list[UUID] = []
    for statement in (unread, unwritten):
        found = session.scalars(statement.returning(ImportPlan.id), execution_options=APART)
        mended += found.all()
    return mended


def give_up_plan(session: Session, actor: Actor, plan_id: UUID, *, revision: int) -> None:
    """Drop the file and what was read of it; the plan stays and says who did.

    Raises ImportPlanNotFound, ImportPlanRevised, ImportPlanNotOpen.
    """
    plan = queries.get_plan(session, plan_id)
    taken = session.execute(
        update(ImportPlan)
        .where(
            ImportPlan.id == plan_id,
            ImportPlan.revision == revision,
            ImportPlan.asked_at.is_(None),
            ImportPlan.status.in_([PlanStatus.PLANNED, PlanStatus.STALE, PlanStatus.FAILED]),
            ImportPlan.file_sealed.is_not(None),
        )
        .values(
            status=PlanStatus.FAILED,
            file_sealed=None,
            corrections_sealed=None,
            draft_sealed=None,
            failure=ImportPlanGivenUp(actor.label).as_json(),
        )
        .returning(ImportPlan.id),
        execution_options=APART,
    ).scalar_one_or_none()
    if taken is None:
        session.refresh(plan)
        if plan.revision != revision:
            raise ImportPlanRevised
        raise ImportPlanNotOpen(plan.status.value)
    session.execute(delete(ImportRow).where(ImportRow.plan_id == plan_id), execution_options=APART)
    audit.record(session, actor, ImportAuditTag.GIVEN_UP, plan_id, basis_of(plan))
