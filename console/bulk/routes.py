"""Something done to many accounts: chosen, and shown as a plan."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from sqlalchemy.orm import Session

from console.accounts.actions import Typed
from console.accounts.filters import PATH as ACCOUNTS
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.bulk import queries
from console.bulk.addresses import NEW_PATH, PATH, plan_address
from console.bulk.selecting import Selected, Selection, shown_selection
from console.bulk.words import ACTIONS, CHOICES, STATUS_TONES, STATUSES
from console.desk import OURS_ONLY, AccountsDesk, Desk
from console.once import MakesOnce
from identity.bulk import service
from identity.bulk.models import BulkAction, BulkPlan
from kernel.access import Permission
from kernel.messages import Message
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
CHOOSE = Message("Hãy chọn một việc.", "Choose what to do.")


@router.get(PATH)
def list_plans(desk: AccountsDesk) -> Response:
    with desk.db.transaction() as session:
        plans = queries.list_plans(session)
    return desk.show(
        "bulk/list.html",
        plans=plans,
        actions=ACTIONS,
        statuses=STATUSES,
        tones=STATUS_TONES,
    )


@router.get(NEW_PATH)
def ask(
    desk: AccountsDesk, selected: Selected, action: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """`action`: what the button in the list is for."""
    return _new_page(desk, selected, action)


@router.post(NEW_PATH, dependencies=OURS_ONLY)
def make(
    desk: AccountsDesk,
    selected: Selected,
    basis: BasisOfForm,
    once: MakesOnce,
    action: Annotated[str, Form(max_length=40)] = "",
    gigabytes: Annotated[str, Form()] = "",
) -> Response:
    typed = Typed(gigabytes=gigabytes.strip())
    faults = [] if action in CHOICES else [Fault(CHOOSE, "action")]
    if action == BulkAction.QUOTA:
        faults += typed.size_faults()
    faults += basis.faults

    def write(session: Session) -> None:
        chosen = BulkAction(action)
        service.make_plan(
            session,
            desk.actor,
            chosen,
            selected.resolve(session, desk.now),
            quota_bytes=typed.quota_bytes if chosen is BulkAction.QUOTA else None,
            now=desk.now,
            basis=basis.given(),
            plan_id=once.id,
        )

    faults = once.tried(desk.db, BulkPlan, write, faults)
    if not faults:
        return go(plan_address(once.id))
    return _new_page(desk, selected, action, gigabytes, basis, faults)


def _new_page(
    desk: Desk,
    selected: Selection,
    action: str = "",
    gigabytes: str = "",
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "bulk/new.html",
        faults=faults,
        may_move=desk.caller.may(Permission.MANAGE_PEOPLE),
        actions=CHOICES,
        action=action,
        gigabytes=gigabytes,
        basis=basis,
        back=ACCOUNTS,
        **shown_selection(desk, selected),
    )
