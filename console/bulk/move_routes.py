"""Many people who work elsewhere from a day on, as a plan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.bulk.addresses import MOVE_PATH, NEW_PATH, plan_address
from console.bulk.selecting import Selected, Selection
from console.forms import tried
from console.pages import pages
from console.people.forms import TypedAppointment
from console.people.picking import NOTHING_TYPED, Offer, offer
from console.session.access import ManagesPeople
from console.session.service import Caller
from identity.bulk import service
from identity.bulk.models import BulkAction, BulkPlan
from identity.people.moves import Destination
from kernel.access import Permission
from kernel.clock import office_day
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)


@router.get(MOVE_PATH)
def ask(request: Request, caller: ManagesPeople, db: Db, now: Now, selected: Selected) -> Response:
    caller.actor.require(Permission.MANAGE_ACCOUNTS)
    where = TypedAppointment(valid_from=office_day(now).isoformat())
    return _page(request, caller, db, now, selected, where)


@router.post(MOVE_PATH, dependencies=[Depends(require_same_origin)])
def make(
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
    selected: Selected,
    where: Annotated[TypedAppointment, Depends()],
    basis: BasisOfForm,
) -> Response:
    caller.actor.require(Permission.MANAGE_ACCOUNTS)
    with db.transaction() as session:
        offered = offer(session, where.organisation, where.chosen, office_day(now))
    post = where.read(offered.organisation_id, is_primary=True)
    faults: list[Fault] = [*where.faults, *basis.faults]
    made: list[BulkPlan] = []

    def write(session: Session) -> None:
        assert post is not None  # noqa: S101  # there are no faults
        form, day = post
        plan = service.make_plan(
            session,
            caller.actor,
            BulkAction.MOVE,
            selected.resolve(session, now),
            person_ids=selected.without_account(session, now),
            to=Destination(form.organisation_id, day, form.position),
            now=now,
            basis=basis.given(),
        )
        made.append(plan)

    faults = faults or tried(db, write)
    if not faults:
        return go(plan_address(made[0].id))
    return _page(request, caller, db, now, selected, where, offered, basis, faults)


def _page(  # values of one page
    request: Request,
    caller: Caller,
    db: Db,
    now: datetime,
    selected: Selection,
    where: TypedAppointment,
    offered: Offer = NOTHING_TYPED,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    with db.transaction() as session:
        count = len(selected.resolve(session, now))
        without_account = selected.count_without_account(session, now)
    query = f"?{request.url.query}" if request.url.query else ""
    return pages.show(
        request,
        "bulk/move.html",
        caller,
        now,
        status_code=422 if faults else 200,
        count=count,
        without_account=without_account,
        target=MOVE_PATH + query,
        back=NEW_PATH + query,
        where=where,
        offered=offered,
        basis=basis,
        faults=faults,
    )
