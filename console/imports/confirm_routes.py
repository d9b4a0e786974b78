"""Confirming a list in numbers, and the letters for the accounts that it opened."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from console.desk import OURS_ONLY, Desk, ImportDesk
from console.imports import labels
from console.imports.addresses import PLAN_PATH, plan_address
from console.imports.tools import Jobs, LetterSettings, Tools
from console.letters import letters_as_file
from console.session.access import ManagesAccounts
from identity.handover.service import hand_over_accounts
from identity.hr_import import queries
from identity.hr_import.confirmation import ask_to_apply, basis_of, mass_change
from identity.hr_import.service import Importer
from kernel.errors import DomainError
from kernel.http import Db, Now, status_of
from kernel.messages import Message
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)


@router.get(PLAN_PATH + "/xac-nhan")
def show_confirmation(desk: ImportDesk, tools: Tools, plan_id: UUID) -> Response:
    return _page(desk, tools, plan_id=plan_id)


def _page(
    desk: Desk,
    tools: Importer,
    *,
    plan_id: UUID,
    faults: Sequence[Fault] = (),
    status_code: int | None = None,
) -> Response:
    with desk.db.transaction() as session:
        plan = queries.get_plan(session, plan_id)
        taken, accounts = mass_change(session, tools.settings, plan)
        twin = queries.find_applied_twin(session, plan)
    if not plan.is_open and not faults:
        return go(plan_address(plan_id))
    return desk.show(
        "imports/confirm.html",
        status_code=status_code,
        plan=plan,
        taken=taken,
        accounts=accounts,
        twin=twin,
        labels=labels,
        faults=faults,
        steps=[
            (name, label, plan.totals.get(name, 0))
            for name, label in labels.OPERATIONS.items()
            if plan.totals.get(name)
        ],
    )


TYPE_THE_NUMBER = Message(
    "Hãy gõ đúng số tài khoản sẽ bị khóa hoặc đóng.",
    "Type the number of accounts that will be suspended or closed.",
)


@router.post(PLAN_PATH + "/xac-nhan", dependencies=OURS_ONLY)
def confirm(
    desk: ImportDesk,
    tools: Tools,
    jobs: Jobs,
    plan_id: UUID,
    revision: Annotated[int, Form(ge=1, le=2**31 - 1)],
    typed: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    faults: Sequence[Fault] = ()
    status_code = 422
    try:
        with desk.db.transaction() as session:
            plan = queries.get_plan(session, plan_id)
            taken, _ = mass_change(session, tools.settings, plan)
            if taken and typed.strip() != str(taken) and plan.revision == revision:
                faults = [Fault(TYPE_THE_NUMBER, "typed")]
            else:
                plan = ask_to_apply(session, desk.actor, plan_id, revision=revision, now=desk.now)
                jobs.defer_apply(session, desk.actor, plan)
    except DomainError as error:
        faults, status_code = faults_of(error), status_of(error)
    if faults:
        return _page(desk, tools, plan_id=plan_id, faults=faults, status_code=status_code)
    return go(plan_address(plan_id))


@router.post(PLAN_PATH + "/thu", dependencies=OURS_ONLY)
def make_letters(
    caller: ManagesAccounts,
    db: Db,
    now: Now,
    settings: LetterSettings,
    plan_id: UUID,
) -> Response:
    """The codes are committed first; then letters are written while the download goes on.

    The answer is the file itself: codes stand in clear only there, and no address gives it twice.
    """
    with db.transaction() as session:
        plan = queries.get_plan(session, plan_id)
        batches = hand_over_accounts(
            session,
            caller.actor,
            session.scalars(queries.accounts_opened_by(plan_id)).all(),
            now=now,
            lifetime=timedelta(days=settings.lifetime_days),
            basis=basis_of(plan),
        )
    if not batches:
        return go(plan_address(plan_id) + "?done=no-letters")
    return letters_as_file(batches, settings, now)
