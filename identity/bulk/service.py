"""Plans for many accounts: made, applied as a whole, undone by another plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from identity.accounts import bulk
from identity.bulk.errors import (
    BulkPlanApplied,
    BulkPlanLasting,
    BulkPlanNotFound,
    BulkSelectionEmpty,
)
from identity.bulk.models import UNDONE_BY, BulkAction, BulkPlan, BulkRow, BulkStatus, Verdict
from identity.bulk.planning import Assessed, Wanted, assess
from identity.handover.batch import Batch
from identity.handover.service import hand_over_accounts
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import copy_rows

COLUMNS = (
    "plan_id",
    "position",
    "account_id",
    "verdict",
    "code",
    "quota_before",
    "quota_after",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    applied: bool
    """False when something had changed: the plan was made anew, and wants another look."""
    letters: Sequence[Batch] = ()


def get_plan(session: Session, plan_id: UUID, *, lock: bool = False) -> BulkPlan:
    """Raises BulkPlanNotFound."""
    plan = session.get(BulkPlan, plan_id, with_for_update=lock, populate_existing=True)
    if plan is None:
        raise BulkPlanNotFound(str(plan_id))
    return plan


def count_verdicts(session: Session, plan_id: UUID) -> dict[Verdict, int]:
    statement = (
        select(BulkRow.verdict, func.count())
        .where(BulkRow.plan_id == plan_id)
        .group_by(BulkRow.verdict)
    )
    return dict.fromkeys(Verdict, 0) | dict(session.execute(statement).all())


def make_plan(
    session: Session,
    actor: Actor,
    action: BulkAction,
    account_ids: Sequence[UUID],
    *,
    quota_bytes: int | None,
    now: datetime,
    basis: Basis,
) -> BulkPlan:
    """Raises BulkSelectionEmpty."""
    wanted = [Wanted(account_id, quota_bytes) for account_id in account_ids]
    plan = _new(actor, action, now=now, basis=basis)
    plan.quota_bytes = quota_bytes
    return _store(session, plan, wanted, now)


def plan_to_undo(
    session: Session, actor: Actor, plan_id: UUID, *, now: datetime, basis: Basis
) -> BulkPlan:
    """Of what an applied plan did. Raises BulkPlanNotFound, BulkPlanLasting, BulkSelectionEmpty."""
    done = get_plan(session, plan_id)
    if done.status is not BulkStatus.APPLIED or done.action not in UNDONE_BY:
        raise BulkPlanLasting
    plan = _new(actor, UNDONE_BY[done.action], now=now, basis=basis)
    plan.undoes = done.id
    return _store(session, plan, _wanted_to_undo(session, done), now)


def _wanted_to_undo(session: Session, done: BulkPlan) -> list[Wanted]:
    statement = select(BulkRow.account_id, BulkRow.quota_before, BulkRow.quota_after).where(
        BulkRow.plan_id == done.id, BulkRow.verdict == Verdict.DO
    )
    rows = session.execute(statement).all()
    if done.action is BulkAction.QUOTA:
        return [Wanted(account_id, before, after) for account_id, before, after in rows]
    return [Wanted(account_id) for account_id, _, _ in rows]


def _new(actor: Actor, action: BulkAction, *, now: datetime, basis: Basis) -> BulkPlan:
    return BulkPlan(
        id=uuid4(),
        action=action,
        status=BulkStatus.PLANNED,
        made_at=now,
        made_by=actor.label,
        maker_id=actor.id,
        reason=basis.reason,
        document_number=basis.document_number,
        document_date=basis.document_date,
    )


def _store(session: Session, plan: BulkPlan, wanted: Sequence[Wanted], now: datetime) -> BulkPlan:
    day = office_day(now)
    found = assess(session, plan.action, wanted, maker_id=plan.maker_id, day=day)
    if not found:
        raise BulkSelectionEmpty
    session.add(plan)
    session.flush()
    _write(session, plan.id, found)
    return plan


def _write(session: Session, plan_id: UUID, found: Sequence[Assessed]) -> None:
    rows = (
        (
            plan_id,
            position,
            one.account_id,
            one.verdict.value,
            one.code,
            one.quota_before,
            one.quota_after,
        )
        for position, one in enumerate(found)
    )
    copy_rows(session, BulkRow.__tablename__, COLUMNS, rows)


def queue_plan(session: Session, plan_id: UUID) -> BulkPlan:
    """The worker applies it. Raises BulkPlanNotFound, BulkPlanApplied."""
    plan = get_plan(session, plan_id, lock=True)
    if plan.status is not BulkStatus.PLANNED:
        raise BulkPlanApplied
    plan.status = BulkStatus.QUEUED
    return plan


def apply_plan(
    session: Session,
    actor: Actor,
    plan_id: UUID,
    *,
    now: datetime,
    letter_lifetime: timedelta = timedelta(days=30),
) -> Outcome:
    """All of it or nothing: when any account is no longer as it was shown, a new plan is made.

    Raises BulkPlanNotFound, BulkPlanApplied.
    """
    plan = get_plan(session, plan_id, lock=True)
    if plan.status is BulkStatus.APPLIED:
        raise BulkPlanApplied
    shown = _rows(session, plan.id)
    bulk.lock_accounts(session, [row.account_id for row in shown])
    wanted = _wanted_again(session, plan, shown)
    day = office_day(now)
    found = assess(session, plan.action, wanted, maker_id=plan.maker_id, day=day)
    if found != shown:
        session.execute(delete(BulkRow).where(BulkRow.plan_id == plan.id))
        _write(session, plan.id, found)
        plan.status, plan.replanned_at = BulkStatus.PLANNED, now
        return Outcome(applied=False)
    letters = _do(session, actor, plan, found, now=now, letter_lifetime=letter_lifetime)
    plan.status, plan.applied_at = BulkStatus.APPLIED, now
    return Outcome(applied=True, letters=letters)


def _rows(session: Session, plan_id: UUID) -> list[Assessed]:
    statement = (
        select(
            BulkRow.account_id,
            BulkRow.verdict,
            BulkRow.code,
            BulkRow.quota_before,
            BulkRow.quota_after,
        )
        .where(BulkRow.plan_id == plan_id)
        .order_by(BulkRow.position)
    )
    return [Assessed(*row) for row in session.execute(statement)]


def _wanted_again(session: Session, plan: BulkPlan, shown: Sequence[Assessed]) -> list[Wanted]:
    if plan.undoes is not None:
        return _wanted_to_undo(session, get_plan(session, plan.undoes))
    return [Wanted(row.account_id, plan.quota_bytes) for row in shown]


def _do(
    session: Session,
    actor: Actor,
    plan: BulkPlan,
    found: Sequence[Assessed],
    *,
    now: datetime,
    letter_lifetime: timedelta,
) -> Sequence[Batch]:
    chosen = [one for one in found if one.verdict is Verdict.DO]
    ids, basis = [one.account_id for one in chosen], plan.basis
    if not ids:
        return ()
    if plan.action is BulkAction.SUSPEND:
        bulk.suspend_accounts(session, actor, ids, now=now, basis=basis)
    elif plan.action is BulkAction.REINSTATE:
        bulk.reinstate_accounts(session, actor, ids, now=now, basis=basis)
    elif plan.action is BulkAction.DEMAND_PASSWORD:
        bulk.demand_new_passwords(session, actor, ids, basis=basis)
    elif plan.action is BulkAction.QUOTA:
        quotas = {one.account_id: (one.quota_before, one.quota_after) for one in chosen}
        bulk.change_quotas(session, actor, quotas, basis=basis)
    else:
        return hand_over_accounts(
            session, actor, ids, now=now, lifetime=letter_lifetime, basis=basis
        )
    return ()
