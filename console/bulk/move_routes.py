"""Many people who work elsewhere from a day on, as a plan."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.bulk.addresses import MOVE_PATH, plan_address
from console.bulk.selecting import Selected, Selection, shown_selection
from console.desk import OURS_ONLY, Desk, PeopleDesk
from console.once import MakesOnce
from console.people.forms import TypedAppointment
from console.people.picking import NOTHING_TYPED, Offer, offer
from identity.bulk import service
from identity.bulk.models import BulkAction, BulkPlan
from identity.people.moves import Destination
from kernel.access import Permission
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)


@router.get(MOVE_PATH)
def ask(desk: PeopleDesk, selected: Selected) -> Response:
    desk.actor.require(Permission.MANAGE_ACCOUNTS)
    where = TypedAppointment(valid_from=desk.today.isoformat())
    return _page(desk, selected, where)


@router.post(MOVE_PATH, dependencies=OURS_ONLY)
def make(
    desk: PeopleDesk,
    selected: Selected,
    where: Annotated[TypedAppointment, Depends()],
    basis: BasisOfForm,
    once: MakesOnce,
) -> Response:
    desk.actor.require(Permission.MANAGE_ACCOUNTS)
    with desk.db.transaction() as session:
        offered = offer(session, where.organisation, where.chosen, desk.today)
    post = where.read(offered.organisation_id, is_primary=True)
    faults: list[Fault] = [*where.faults, *basis.faults]

    def write(session: Session) -> None:
        assert post is not None  # noqa: S101  # there are no faults
        form, day = post
        service.make_plan(
            session,
            desk.actor,
            BulkAction.MOVE,
            selected.resolve(session, desk.now),
            person_ids=selected.without_account(session, desk.now),
            to=Destination(form.organisation_id, day, form.position),
            now=desk.now,
            basis=basis.given(),
            plan_id=once.id,
        )

    faults = once.tried(desk.db, BulkPlan, write, faults)
    if not faults:
        return go(plan_address(once.id))
    return _page(desk, selected, where, offered, basis, faults)


def _page(
    desk: Desk,
    selected: Selection,
    where: TypedAppointment,
    offered: Offer = NOTHING_TYPED,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "bulk/move.html",
        faults=faults,
        where=where,
        offered=offered,
        basis=basis,
        **shown_selection(desk, selected),
    )
