"""Something done to many accounts: chosen, shown, confirmed, perhaps undone."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from console.accounts.actions import NO_SIZE, Typed, letter_of
from console.accounts.filters import PATH as ACCOUNTS
from console.accounts.filters import AccountsFilter, accounts_filter
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.bulk import queries
from console.bulk.queries import MOST_SELECTED, Selection
from console.bulk.words import ACTIONS, STATUSES, TONES, VERDICTS
from console.pages import pages
from console.session.access import ManagesAccounts
from console.session.service import Caller
from identity.bulk import service
from identity.bulk.jobs import BulkJobs
from identity.bulk.models import UNDONE_BY, BulkAction, BulkStatus, Verdict
from identity.bulk.reasons import REASONS
from identity.handover.batch import Batch
from identity.handover.settings import HandoverSettings
from kernel.errors import DomainError
from kernel.http import Db, Now
from kernel.messages import Message
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/hang-loat"
OURS_ONLY = [Depends(require_same_origin)]
TYPED_ABOVE = 50
"""So many accounts are confirmed by typing how many."""
BY_WORKER_ABOVE = 500
CHOOSE = Message("Hãy chọn một việc.", "Choose what to do.")
NOT_THE_NUMBER = Message(
    "Hãy gõ đúng số tài khoản sẽ thay đổi.", "Type the number of accounts that will change."
)


def selection_of(
    wanted: Annotated[AccountsFilter, Depends(accounts_filter)],
    account: Annotated[list[UUID] | None, Query(max_length=MOST_SELECTED)] = None,
    everything: Annotated[str, Query(alias="tat-ca", max_length=5)] = "",
) -> Selection:
    return Selection(tuple(account or ()), bool(everything), wanted)


Selected = Annotated[Selection, Depends(selection_of)]


@router.get(PATH)
def list_plans(request: Request, caller: ManagesAccounts, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        plans = queries.list_plans(session)
        counts = {plan.id: service.count_verdicts(session, plan.id) for plan in plans}
    return pages.show(
        request,
        "bulk/list.html",
        caller,
        now,
        plans=plans,
        counts=counts,
        actions=ACTIONS,
        statuses=STATUSES,
    )


@router.get(PATH + "/moi")
def ask(
    request: Request, caller: ManagesAccounts, db: Db, now: Now, selected: Selected
) -> Response:
    return _new_page(request, caller, db, now, selected)


@router.post(PATH + "/moi", dependencies=OURS_ONLY)
def make(
    request: Request,
    caller: ManagesAccounts,
    db: Db,
    now: Now,
    selected: Selected,
    basis: BasisOfForm,
    action: Annotated[str, Form(max_length=40)] = "",
    gigabytes: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    faults = [] if action in set(BulkAction) else [Fault(CHOOSE, "action")]
    typed = Typed(gigabytes=gigabytes.strip())
    if action == BulkAction.QUOTA:
        faults += [Fault(NO_SIZE, "gigabytes")] if typed.has_no_size() else []
    faults += basis.faults
    if not faults:
        try:
            with db.transaction() as session:
                plan = service.make_plan(
                    session,
                    caller.actor,
                    BulkAction(action),
                    selected.resolve(session, now),
                    quota_bytes=typed.quota_bytes if action == BulkAction.QUOTA else None,
                    now=now,
                    basis=basis.given(),
                )
            return go(f"{PATH}/{plan.id}")
        except DomainError as error:
            faults = list(faults_of(error))
    return _new_page(request, caller, db, now, selected, action, gigabytes, basis, faults)


def _new_page(
    request: Request,
    caller: Caller,
    db: Db,
    now: datetime,
    selected: Selection,
    action: str = "",
    gigabytes: str = "",
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    with db.transaction() as session:
        count = len(selected.resolve(session, now))
    query = f"?{request.url.query}" if request.url.query else ""
    return pages.show(
        request,
        "bulk/new.html",
        caller,
        now,
        status_code=422 if faults else 200,
        count=count,
        target=f"{PATH}/moi{query}",
        actions=ACTIONS,
        action=action,
        gigabytes=gigabytes,
        basis=basis,
        faults=faults,
        back=ACCOUNTS,
    )


@router.get(PATH + "/{plan_id}")
def show_plan(
    request: Request,
    caller: ManagesAccounts,
    db: Db,
    now: Now,
    plan_id: UUID,
    verdict: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[int, Query(ge=-1, le=10**9)] = -1,
) -> Response:
    return _plan_page(request, caller, db, now, plan_id, verdict, after)


@router.post(PATH + "/{plan_id}/ap-dung", dependencies=OURS_ONLY)
def confirm(
    request: Request,
    caller: ManagesAccounts,
    db: Db,
    now: Now,
    plan_id: UUID,
    number: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    handover: HandoverSettings = request.app.state.handover
    jobs: BulkJobs = request.app.state.bulk_jobs
    with db.transaction() as session:
        plan = service.get_plan(session, plan_id)
        count = service.count_verdicts(session, plan_id)[Verdict.DO]
    if count > TYPED_ABOVE and number.strip().replace(".", "").replace(",", "") != str(count):
        faults = [Fault(NOT_THE_NUMBER, "number")]
        return _plan_page(request, caller, db, now, plan_id, faults=faults)
    try:
        with db.transaction() as session:
            if count > BY_WORKER_ABOVE and plan.action is not BulkAction.LETTERS:
                service.queue_plan(session, plan_id)
                jobs.defer_apply(session, caller.actor, plan_id)
                return go(f"{PATH}/{plan_id}")
            outcome = service.apply_plan(
                session,
                caller.actor,
                plan_id,
                now=now,
                letter_lifetime=timedelta(days=handover.lifetime_days),
            )
    except DomainError as error:
        return _plan_page(request, caller, db, now, plan_id, faults=faults_of(error))
    if outcome.letters:
        return _letters(outcome.letters, handover)
    return go(f"{PATH}/{plan_id}")


def _letters(batches: Sequence[Batch], settings: HandoverSettings) -> Response:
    """One file for each organisation; the codes are in no other place."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, batch in enumerate(batches, start=1):
            name = batch.organisation_code or str(batch.organisation_id)[:8]
            archive.writestr(f"{number:03}-{name}-thu-kich-hoat.pdf", letter_of(batch, settings))
    return Response(
        out.getvalue(),
        media_type="application/zip",
        headers={
            "Content-Disposition": 'attachment; filename="thu-kich-hoat.zip"',
            "Cache-Control": "no-store",
        },
    )


@router.post(PATH + "/{plan_id}/hoan-tac", dependencies=OURS_ONLY)
def undo(
    request: Request, caller: ManagesAccounts, db: Db, now: Now, plan_id: UUID, basis: BasisOfForm
) -> Response:
    """Another plan, to be looked at like any."""
    faults: Sequence[Fault] = basis.faults
    if not faults:
        try:
            with db.transaction() as session:
                plan = service.plan_to_undo(
                    session, caller.actor, plan_id, now=now, basis=basis.given()
                )
            return go(f"{PATH}/{plan.id}")
        except DomainError as error:
            faults = faults_of(error)
    return _plan_page(request, caller, db, now, plan_id, basis=basis, faults=faults)


def _plan_page(
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
    return pages.show(
        request,
        "bulk/plan.html",
        caller,
        now,
        status_code=422 if faults else 200,
        plan=plan,
        counts=counts,
        rows=rows,
        more=more,
        after=after,
        verdict=only,
        verdicts=VERDICTS,
        tones=TONES,
        reasons=REASONS,
        actions=ACTIONS,
        must_type=counts[Verdict.DO] > TYPED_ABOVE,
        is_running=plan.status is BulkStatus.QUEUED,
        may_undo=plan.status is BulkStatus.APPLIED
        and plan.action in UNDONE_BY
        and counts[Verdict.DO] > 0,
        basis=basis,
        faults=faults,
    )
