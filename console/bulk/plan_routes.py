"""A plan for many accounts: looked at, confirmed or given up, perhaps undone."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.bulk import queries
from console.bulk.addresses import PLAN_PATH, plan_address
from console.bulk.words import ACTIONS, TONES, VERDICTS
from console.forms import tried
from console.letters import letters_as_file
from console.pages import pages
from console.session.access import ManagesAccounts
from console.session.service import Caller
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
from identity.bulk.jobs import BulkJobs
from identity.bulk.models import UNDONE_BY, WITH_LETTERS, BulkAction, BulkPlan, BulkStatus, Verdict
from identity.bulk.reasons import REASONS
from identity.handover.settings import HandoverSettings
from identity.organisations.queries import get_organisation
from kernel.clock import office_day
from kernel.http import Db, Now
from kernel.messages import Message
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
OURS_ONLY = [Depends(require_same_origin)]
TYPED_ABOVE = 50
"""So many accounts are confirmed by typing how many."""
BY_WORKER_ABOVE = 500
LATE = timedelta(minutes=2)
NOT_THE_NUMBER = Message(
    "Hãy gõ đúng số sẽ thay đổi.", "Type the number of those that will change."
)


@router.get(PLAN_PATH)
def show_plan(
    request: Request,
    caller: ManagesAccounts,
    db: Db,
    now: Now,
    plan_id: UUID,
    verdict: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[int, Query(ge=-1, le=10**9)] = -1,
) -> Response:
    return _page(request, caller, db, now, plan_id, verdict, after)


@router.post(PLAN_PATH + "/ap-dung", dependencies=OURS_ONLY)
def confirm(
    request: Request,
    caller: ManagesAccounts,
    db: Db,
    now: Now,
    plan_id: UUID,
    revision: Annotated[int, Form(ge=1, le=2**31 - 1)],
    number: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Few are changed at once, many by the worker; letters at once, for they are the answer."""
    handover: HandoverSettings = request.app.state.handover
    resets: ResetSettings = request.app.state.resets
    jobs: BulkJobs = request.app.state.bulk_jobs
    with db.transaction() as session:
        plan = service.get_plan(session, plan_id)
        count = service.count_verdicts(session, plan_id)[Verdict.DO]
    is_typed = number.strip().replace(".", "").replace(",", "") == str(count)
    if count > TYPED_ABOVE and not is_typed and plan.revision == revision:
        faults = [Fault(NOT_THE_NUMBER, "number")]
        return _page(request, caller, db, now, plan_id, faults=faults)
    outcomes: list[Outcome] = []

    def write(session: Session) -> None:
        plan = confirm_plan(session, caller.actor, plan_id, revision=revision, now=now)
        if count > BY_WORKER_ABOVE and plan.action not in WITH_LETTERS:
            jobs.defer_apply(session, caller.actor, plan_id)
            return
        is_reset = plan.action is BulkAction.RESET
        lifetime = (
            timedelta(hours=resets.office_lifetime_hours)
            if is_reset
            else timedelta(days=handover.lifetime_days)
        )
        outcome = apply_plan(session, caller.actor, plan_id, now=now, letter_lifetime=lifetime)
        outcomes.append(outcome)

    faults = tried(db, write)
    if faults:
        return _page(request, caller, db, now, plan_id, faults=faults)
    if outcomes and outcomes[0].letters:
        return letters_as_file(outcomes[0].letters, handover, now)
    return go(plan_address(plan_id))


@router.post(PLAN_PATH + "/bo", dependencies=OURS_ONLY)
def give_up(request: Request, caller: ManagesAccounts, db: Db, now: Now, plan_id: UUID) -> Response:
    """Nothing was changed, and nothing will be."""

    def write(session: Session) -> None:
        give_up_plan(session, caller.actor, plan_id, now=now)

    faults = tried(db, write)
    if faults:
        return _page(request, caller, db, now, plan_id, faults=faults)
    return go(plan_address(plan_id))


@router.post(PLAN_PATH + "/hoan-tac", dependencies=OURS_ONLY)
def undo(
    request: Request, caller: ManagesAccounts, db: Db, now: Now, plan_id: UUID, basis: BasisOfForm
) -> Response:
    """Another plan, to be looked at like any."""
    made: list[BulkPlan] = []

    def write(session: Session) -> None:
        plan = service.plan_to_undo(session, caller.actor, plan_id, now=now, basis=basis.given())
        made.append(plan)

    faults: Sequence[Fault] = basis.faults or tried(db, write)
    if not faults:
        return go(plan_address(made[0].id))
    return _page(request, caller, db, now, plan_id, basis=basis, faults=faults)


def _page(
    request: Request,
    caller: Caller,
    db: Db,
    now: datetime,
    plan_id: UUID,
    verdict: str = "",
    after: int = -1,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    only = Verdict(verdict) if verdict in set(Verdict) else None
    with db.transaction() as session:
        plan = service.get_plan(session, plan_id)
        counts = service.count_verdicts(session, plan_id)
        rows, more = queries.list_rows(session, plan_id, only, after)
        to = get_organisation(session, plan.organisation_id) if plan.organisation_id else None
        is_own = touches(session, plan, caller.actor.id)
    return pages.show(
        request,
        "bulk/plan.html",
        caller,
        now,
        status_code=422 if faults else 200,
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
        codes_until=_codes_until(request, now),
        must_type=counts[Verdict.DO] > TYPED_ABOVE,
        is_own=is_own,
        is_running=plan.status is BulkStatus.QUEUED,
        is_late=plan.confirmed_at is not None and now - plan.confirmed_at > LATE,
        may_confirm=plan.status in MAY_BE_CONFIRMED,
        may_give_up=plan.status in MAY_BE_GIVEN_UP,
        may_undo=plan.status is BulkStatus.APPLIED
        and plan.action in UNDONE_BY
        and counts[Verdict.DO] > 0,
        basis=basis,
        faults=faults,
    )


def _codes_until(request: Request, now: datetime) -> date:
    """The last day of codes for new passwords that are printed now."""
    resets: ResetSettings = request.app.state.resets
    return office_day(now + timedelta(hours=resets.office_lifetime_hours))
