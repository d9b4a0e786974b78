"""A plan that was confirmed, applied as a whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, delete, func, select, update
from sqlalchemy.orm import Session

from identity.accounts import bulk
from identity.accounts.models import Account
from identity.bulk.confirmation import refusal
from identity.bulk.models import BulkAction, BulkPlan, BulkRow, BulkStatus, Verdict
from identity.bulk.moving import destination_of
from identity.bulk.planning import Assessed, assess
from identity.bulk.service import MOVES, get_plan, rows_of, wanted_again, write_rows
from identity.handover.batch import Batch, Purpose
from identity.handover.service import hand_over_accounts
from identity.people.moves import Moved, check_destination, lock_people, move_back, move_people
from kernel.access import Actor
from kernel.clock import office_day
from kernel.database import is_among

APART: dict[str, Any] = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Outcome:
    applied: bool
    """False when something had changed: the plan was made anew, and wants another look."""
    letters: Sequence[Batch] = ()


def apply_plan(
    session: Session,
    actor: Actor,
    plan_id: UUID,
    *,
    now: datetime,
    letter_lifetime: timedelta = timedelta(days=30),
) -> Outcome:
    """All of it or nothing: when any account is no longer as it was shown, a new plan is made.

    Raises BulkPlanNotFound, BulkPlanApplied, BulkPlanGivenUp, BulkPlanRevised where nobody has
    confirmed it; OrganisationClosed.
    """
    plan = _take(session, plan_id, now)
    shown = rows_of(session, plan.id)
    people = _lock(session, plan, shown)
    wanted = wanted_again(session, plan, shown)
    found = assess(
        session,
        plan.action,
        wanted,
        actor=actor,
        maker_id=plan.maker_id,
        day=office_day(now),
    )
    if found != shown:
        session.execute(delete(BulkRow).where(BulkRow.plan_id == plan.id))
        write_rows(session, plan, found)
        plan.status, plan.replanned_at = BulkStatus.PLANNED, now
        plan.revision += 1
        plan.applied_at = plan.confirmed_at = plan.confirmed_by = None
        return Outcome(applied=False)
    chosen = [one for one in found if one.verdict is Verdict.DO]
    if plan.action in MOVES:
        _move(session, actor, plan, chosen, people)
        return Outcome(applied=True)
    letters = _do(session, actor, plan, chosen, now=now, letter_lifetime=letter_lifetime)
    return Outcome(applied=True, letters=letters)


def _take(session: Session, plan_id: UUID, now: datetime) -> BulkPlan:
    """One statement consumes the plan, so that two appliers cannot both have it."""
    taken = session.execute(
        update(BulkPlan)
        .where(BulkPlan.id == plan_id, BulkPlan.status == BulkStatus.QUEUED)
        .values(status=BulkStatus.APPLIED, applied_at=now)
        .returning(BulkPlan.id),
        execution_options=APART,
    ).scalar_one_or_none()
    plan = get_plan(session, plan_id)
    if taken is None:
        raise refusal(plan)
    return plan


def _lock(session: Session, plan: BulkPlan, rows: Sequence[Assessed]) -> dict[UUID | None, UUID]:
    """Subjects of rows to their people, where people are moved."""
    account_ids = [row.account_id for row in rows if row.account_id is not None]
    bulk.lock_accounts(session, account_ids)
    if plan.action not in MOVES:
        return {}
    statement = select(Account.id, Account.person_id).where(
        is_among(Account.id, account_ids), Account.person_id.is_not(None)
    )
    people: dict[UUID | None, UUID] = {
        row.person_id: row.person_id for row in rows if row.person_id
    }
    people |= dict(session.execute(statement).all())  # type: ignore[arg-type]
    lock_people(session, people.values())
    return people


def _do(
    session: Session,
    actor: Actor,
    plan: BulkPlan,
    chosen: Sequence[Assessed],
    *,
    now: datetime,
    letter_lifetime: timedelta,
) -> Sequence[Batch]:
    ids = [one.account_id for one in chosen if one.account_id is not None]
    basis = plan.basis
    if not ids:
        return ()
    if plan.action is BulkAction.SUSPEND:
        bulk.suspend_accounts(session, actor, ids, now=now, basis=basis)
    elif plan.action is BulkAction.REINSTATE:
        bulk.reinstate_accounts(session, actor, ids, now=now, basis=basis)
    elif plan.action is BulkAction.DEMAND_PASSWORD:
        bulk.demand_new_passwords(session, actor, ids, basis=basis)
    elif plan.action is BulkAction.QUOTA:
        quotas = {
            one.account_id: (one.quota_before, one.quota_after)
            for one in chosen
            if one.account_id is not None
        }
        bulk.change_quotas(session, actor, quotas, basis=basis)
    else:
        purpose = Purpose.RESET if plan.action is BulkAction.RESET else Purpose.ACTIVATION
        return hand_over_accounts(
            session,
            actor,
            ids,
            now=now,
            lifetime=letter_lifetime,
            basis=basis,
            purpose=purpose,
        )
    return ()


def _move(
    session: Session,
    actor: Actor,
    plan: BulkPlan,
    chosen: Sequence[Assessed],
    people: Mapping[UUID | None, UUID],
) -> None:
    if not chosen:
        return
    if plan.action is BulkAction.MOVE:
        to = destination_of(plan)
        check_destination(session, to)
        moves = {people[one.subject_id]: one.appointment_before for one in chosen}
        begun = move_people(session, actor, moves, to, basis=plan.basis)
        _note(session, plan, {one.subject_id: begun[people[one.subject_id]] for one in chosen})
        return
    assert plan.undoes is not None  # noqa: S101  # such plans are made from others
    day = destination_of(get_plan(session, plan.undoes)).day
    moved = [
        Moved(
            people[one.subject_id], one.appointment_before, one.ended_before, one.appointment_after
        )
        for one in chosen
        if one.appointment_after is not None
    ]
    move_back(session, actor, moved, day, basis=plan.basis)


def _note(session: Session, plan: BulkPlan, begun: Mapping[UUID | None, UUID]) -> None:
    """Subjects of rows to the appointments that began, so that they can be taken back."""
    made = (
        func.unnest(cast(list(begun), ARRAY(Uuid)), cast(list(begun.values()), ARRAY(Uuid)))
        .table_valued("subject_id", "appointment_id")
        .render_derived()
    )
    subject = func.coalesce(BulkRow.account_id, BulkRow.person_id)
    statement = update(BulkRow).where(BulkRow.plan_id == plan.id, subject == made.c.subject_id)
    values = {"appointment_after": made.c.appointment_id}
    session.execute(statement.values(values), execution_options=APART)
