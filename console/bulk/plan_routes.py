"""A plan for many accounts: looked at, confirmed or given up, perhaps undone."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.bulk import queries
from console.bulk.addresses import PLAN_PATH, plan_address
from console.bulk.words import ACTIONS, TONES, VERDICTS
from console.desk import OURS_ONLY, AccountsDesk, Desk
from console.letters import letters_as_file
from console.once import MakesOnce
from identity.accounts.passwords import ResetSettings
from identity.bulk import service
from identity.bulk.applying import Outcome, apply_plan
from identity.bulk.confirmation import (
    MAY_BE_CONFIRMED,
    MAY_BE_GIVEN_UP,
    confirm_plan,
    give_up_plan,
    touches,
)
from identity.bulk.errors import BulkPlanApplied
from identity.bulk.jobs import BulkJobs
from identity.bulk.models import UNDONE_BY, WITH_LETTERS, BulkAction, BulkPlan, BulkStatus, Verdict
from identity.bulk.reasons import REASONS
from identity.handover.settings import HandoverSettings
from identity.organisations.queries import get_organisation
from kernel.clock import office_day
from kernel.errors import DomainError
from kernel.messages import Message
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
TYPED_ABOVE = 50
"""So many accounts are confirmed by typing how many."""
BY_WORKER_ABOVE = 500
LATE = timedelta(minutes=2)
NOT_THE_NUMBER = Message(
    "Hãy gõ đúng số sẽ thay đổi.", "Type the number of those that will change."
)


@router.get(PLAN_PATH)
def show_plan(
    desk: AccountsDesk,
    plan_id: UUID,
    verdict: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[int, Query(ge=-1, le=10**9)] = -1,
    done: str = "",
) -> Response:
    return _page(desk, plan_id, verdict, after, done=done)


@router.get(PLAN_PATH + "/ap-dung")
@router.get(PLAN_PATH + "/bo")
@router.get(PLAN_PATH + "/hoan-tac")
def leave_answer(_: AccountsDesk, plan_id: UUID) -> Response:
    """Somebody reloads or comes back to what a form was answered with."""
    return go(plan_address(plan_id))


@router.post(PLAN_PATH + "/ap-dung", dependencies=OURS_ONLY)
def confirm(
    desk: AccountsDesk,
    plan_id: UUID,
    revision: Annotated[int, Form(ge=1, le=2**31 - 1)],
    number: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Few are changed at once, many by the worker; letters at once, for they are the answer."""
    handover: HandoverSettings = desk.request.app.state.handover
    resets: ResetSettings = desk.request.app.state.resets
    jobs: BulkJobs = desk.request.app.state.bulk_jobs
    with desk.db.transaction() as session:
        plan = service.get_plan(session, plan_id)
        count = plan.counts[Verdict.DO]
    is_typed = number.strip().replace(".", "").replace(",", "") == str(count)
    if count > TYPED_ABOVE and not is_typed and plan.revision == revision:
        faults = [Fault(NOT_THE_NUMBER, "number")]
        return _page(desk, plan_id, faults=faults)
    outcomes: list[Outcome] = []

    def write(session: Session) -> None:
        plan = confirm_plan(session, desk.actor, plan_id, revision=revision, now=desk.now)
        if count > BY_WORKER_ABOVE and plan.action not in WITH_LETTERS:
            jobs.defer_apply(session, desk.actor, plan_id)
            return
        is_reset = plan.action is BulkAction.RESET
        lifetime = (
            timedelta(hours=resets.office_lifetime_hours)
            if is_reset
            else timedelta(days=handover.lifetime_days)
        )
        outcome = apply_plan(session, desk.actor, plan_id, now=desk.now, letter_lifetime=lifetime)
        outcomes.append(outcome)

    try:
        with desk.db.transaction() as session:
            write(session)
    except BulkPlanApplied:  # somebody else was quicker, or the button was pressed twice
        return go(f"{plan_address(plan_id)}?done=before")
    except DomainError as error:
        return _page(desk, plan_id, faults=faults_of(error))
    if outcomes and outcomes[0].letters:
        return letters_as_file(outcomes[0].letters, handover, desk.now)
    return go(plan_address(plan_id))


@router.post(PLAN_PATH + "/bo", dependencies=OURS_ONLY)
def give_up(desk: AccountsDesk, plan_id: UUID) -> Response:
    """Nothing was changed, and nothing will be."""

    def write(session: Session) -> None:
        give_up_plan(session, desk.actor, plan_id, now=desk.now)

    faults = desk.tried(write)
    if faults:
        return _page(desk, plan_id, faults=faults)
    return go(plan_address(plan_id))


@router.post(PLAN_PATH + "/hoan-tac", dependencies=OURS_ONLY)
def undo(desk: AccountsDesk, plan_id: UUID, basis: BasisOfForm, once: MakesOnce) -> Response:
    """Another plan, to be looked at like any."""

    def write(session: Session) -> None:
        service.plan_to_undo(
            session, desk.actor, plan_id, now=desk.now, basis=basis.given(), new_id=once.id
        )

    faults = once.tried(desk.db, BulkPlan, write, basis.faults)
    if not faults:
        return go(plan_address(once.id))
    return _page(desk, plan_id, basis=basis, faults=faults)


def _page(
    desk: Desk,
    plan_id: UUID,
    verdict: str = "",
    after: int = -1,
    *,
    done: str = "",
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    only = Verdict(verdict) if verdict in set(Verdict) else None
    with desk.db.transaction() as session:
        plan = service.get_plan(session, plan_id)
        counts = plan.counts
        rows, more = queries.list_rows(session, plan_id, only, after)
        to = get_organisation(session, plan.organisation_id) if plan.organisation_id else None
        is_own = touches(session, plan, desk.actor.id)
    return desk.show(
        "bulk/plan.html",
        faults=faults,
        done=done,
        plan=plan,
        to=to,
        counts=counts,
        rows=rows,
        more=more,
        after=after,
        verdict=only,
        verdicts=VERDICTS,
        tones=TONES,
        reasons=REASONS,
        actions=ACTIONS,
        with_letters=plan.action in WITH_LETTERS,
        codes_until=_codes_until(desk),
        must_type=counts[Verdict.DO] > TYPED_ABOVE,
        is_own=is_own,
        is_running=plan.status is BulkStatus.QUEUED,
        is_late=plan.confirmed_at is not None and desk.now - plan.confirmed_at > LATE,
        may_confirm=plan.status in MAY_BE_CONFIRMED,
        may_give_up=plan.status in MAY_BE_GIVEN_UP,
        may_undo=plan.status is BulkStatus.APPLIED
        and plan.action in UNDONE_BY
        and counts[Verdict.DO] > 0,
        basis=basis,
    )


def _codes_until(desk: Desk) -> date:
    """The last day of codes for new passwords that are printed now."""
    resets: ResetSettings = desk.request.app.state.resets
    return office_day(desk.now + timedelta(hours=resets.office_lifetime_hours))
