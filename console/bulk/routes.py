"""Something done to many accounts: chosen, and shown as a plan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.accounts.actions import NO_SIZE, Typed
from console.accounts.filters import PATH as ACCOUNTS
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.bulk import queries
from console.bulk.addresses import MOVE_PATH, NEW_PATH, PATH, plan_address
from console.bulk.selecting import Selected, Selection
from console.bulk.words import ACTIONS, CHOICES, STATUS_TONES, STATUSES
from console.forms import tried
from console.pages import pages
from console.session.access import ManagesAccounts
from console.session.service import Caller
from identity.bulk import service
from identity.bulk.models import BulkAction, BulkPlan
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.messages import Message
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
CHOOSE = Message("Hãy chọn một việc.", "Choose what to do.")


@router.get(PATH)
def list_plans(request: Request, caller: ManagesAccounts, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        plans = queries.list_plans(session)
        counts = queries.count_of_each(session, [plan.id for plan in plans])
    return pages.show(
        request,
        "bulk/list.html",
        caller,
        now,
        plans=plans,
        counts=counts,
        actions=ACTIONS,
        statuses=STATUSES,
        tones=STATUS_TONES,
    )


@router.get(NEW_PATH)
def ask(
    request: Request, caller: ManagesAccounts, db: Db, now: Now, selected: Selected
) -> Response:
    return _new_page(request, caller, db, now, selected)


@router.post(NEW_PATH, dependencies=[Depends(require_same_origin)])
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
    typed = Typed(gigabytes=gigabytes.strip())
    faults = [] if action in CHOICES else [Fault(CHOOSE, "action")]
    if action == BulkAction.QUOTA and typed.has_no_size():
        faults.append(Fault(NO_SIZE, "gigabytes"))
    faults += basis.faults
    made: list[BulkPlan] = []

    def write(session: Session) -> None:
        chosen = BulkAction(action)
        plan = service.make_plan(
            session,
            caller.actor,
            chosen,
            selected.resolve(session, now),
            quota_bytes=typed.quota_bytes if chosen is BulkAction.QUOTA else None,
            now=now,
            basis=basis.given(),
        )
        made.append(plan)

    faults = faults or tried(db, write)
    if not faults:
        return go(plan_address(made[0].id))
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
        without_account = selected.count_without_account(session, now)
    query = f"?{request.url.query}" if request.url.query else ""
    return pages.show(
        request,
        "bulk/new.html",
        caller,
        now,
        status_code=422 if faults else 200,
        count=count,
        without_account=without_account,
        target=NEW_PATH + query,
        move_target=MOVE_PATH + query if caller.may(Permission.MANAGE_PEOPLE) else None,
        actions=CHOICES,
        action=action,
        gigabytes=gigabytes,
        basis=basis,
        faults=faults,
        back=ACCOUNTS,
    )
