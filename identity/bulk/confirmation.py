"""What becomes of a plan that was shown: confirmed, given up, or stopped by what nobody foresaw.

Each step is one statement, so that of two people who take it at once one does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, null, or_, select, update
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.bulk.audit_tags import BulkAuditTag
from identity.bulk.errors import (
    BulkPlanApplied,
    BulkPlanBeingApplied,
    BulkPlanGivenUp,
    BulkPlanOfOneself,
    BulkPlanRevised,
    BulkPlanStopped,
)
from identity.bulk.models import BulkAction, BulkPlan, BulkRow, BulkStatus, Verdict
from identity.bulk.service import get_plan, record_step, require_rights
from kernel.access import Actor
from kernel.errors import Conflict, DomainError
from kernel.lost_jobs import is_waited_for

APPLY = "bulk.apply"
"""Name of the task that applies plans."""
MAY_BE_CONFIRMED = (BulkStatus.PLANNED, BulkStatus.FAILED)
MAY_BE_GIVEN_UP = (BulkStatus.PLANNED, BulkStatus.QUEUED, BulkStatus.FAILED)
APART: dict[str, Any] = {"synchronize_session": False}


def confirm_plan(
    session: Session, actor: Actor, plan_id: UUID, *, revision: int, now: datetime
) -> BulkPlan:
    """Queue it, also once more when it failed. `revision` is that of what was looked at.

    Raises BulkPlanNotFound, BulkPlanOfOneself, BulkPlanApplied, BulkPlanGivenUp, BulkPlanRevised,
    PermissionMissing.
    """
    plan = get_plan(session, plan_id)
    require_rights(actor, plan.action)
    if touches(session, plan, actor.id):
        raise BulkPlanOfOneself
    taken = session.execute(
        update(BulkPlan)
        .where(
            BulkPlan.id == plan_id,
            BulkPlan.revision == revision,
            BulkPlan.status.in_(MAY_BE_CONFIRMED),
        )
        .values(
            status=BulkStatus.QUEUED, confirmed_at=now, confirmed_by=actor.label, failure=null()
        )
        .returning(BulkPlan.id),
        execution_options=APART,
    ).scalar_one_or_none()
    session.refresh(plan)
    if taken is None:
        raise refusal(plan)
    record_step(session, actor, BulkAuditTag.CONFIRMED, plan)
    return plan


def touches(session: Session, plan: BulkPlan, account_id: UUID | None) -> bool:
    """Whether somebody's own account is among those that change; room for mail hurts nobody.

    Somebody moved without an account may have been given one since.
    """
    if account_id is None or plan.action is BulkAction.QUOTA:
        return False
    holder = select(Account.person_id).where(Account.id == account_id).scalar_subquery()
    changed = BulkRow.plan_id == plan.id, BulkRow.verdict == Verdict.DO
    own = exists().where(*changed, BulkRow.account_id == account_id)
    moved = exists().where(*changed, BulkRow.person_id == holder)
    return bool(session.scalar(select(or_(own, moved))))


def refusal(plan: BulkPlan) -> Conflict:
    """Why a plan was not to be had."""
    if plan.status is BulkStatus.GIVEN_UP:
        return BulkPlanGivenUp()
    return BulkPlanRevised() if plan.status in MAY_BE_CONFIRMED else BulkPlanApplied()


def give_up_plan(session: Session, actor: Actor, plan_id: UUID, *, now: datetime) -> BulkPlan:
    """Also one that waits for the worker, as long as it has not begun.

    Raises BulkPlanNotFound, BulkPlanApplied, BulkPlanGivenUp, BulkPlanBeingApplied,
    PermissionMissing.
    """
    plan = get_plan(session, plan_id)
    require_rights(actor, plan.action)
    free = (
        select(BulkPlan.id)
        .where(BulkPlan.id == plan_id, BulkPlan.status.in_(MAY_BE_GIVEN_UP))
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(BulkPlan)
        .where(BulkPlan.id.in_(free))
        .values(status=BulkStatus.GIVEN_UP, given_up_at=now, given_up_by=actor.label)
        .returning(BulkPlan.id),
        execution_options=APART,
    ).scalar_one_or_none()
    session.refresh(plan)
    if taken is None:
        raise BulkPlanBeingApplied if plan.status in MAY_BE_GIVEN_UP else refusal(plan)
    record_step(session, actor, BulkAuditTag.GIVEN_UP, plan)
    return plan


def fail_plan(session: Session, plan_id: UUID, error: DomainError) -> None:
    """Of one that is queued; whatever else it became meanwhile, it stays."""
    statement = update(BulkPlan).where(BulkPlan.id == plan_id)
    _fail(session, statement, error)


def mend_plans(session: Session) -> Sequence[UUID]:
    """Plans that are queued while no job is there to apply them: it gave up, or was lost."""
    statement = update(BulkPlan).where(~is_waited_for(APPLY, "plan_id", BulkPlan.id))
    return _fail(session, statement, BulkPlanStopped())


def _fail(session: Session, statement: Any, error: DomainError) -> Sequence[UUID]:
    values = {"status": BulkStatus.FAILED, "failure": error.as_json()}
    failed = statement.where(BulkPlan.status == BulkStatus.QUEUED).values(values)
    found = session.scalars(failed.returning(BulkPlan.id), execution_options=APART)
    return found.all()
