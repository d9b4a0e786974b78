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
from console.people.picking import Candidate, find_candidate, find_organisations
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
        candidates = find_organisations(session, where.organisation, office_day(now))
        ticked = find_candidate(session, where.chosen)
    chosen = ticked or (candidates[0] if len(candidates) == 1 else None)
    post = where.read(chosen.id if chosen else None, is_primary=True)
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
    return _page(request, caller, db, now, selected, where, (candidates, chosen), basis, faults)


def _page(  # values of one page
    request: Request,
    caller: Caller,
    db: Db,
    now: datetime,
    selected: Selection,
    where: TypedAppointment,
    offered: tuple[list[Candidate], Candidate | None] = ([], None),  # never changed
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
        typed=where.organisation,
        candidates=offered[0],
        chosen=offered[1],
        basis=basis,
        faults=faults,
    )
