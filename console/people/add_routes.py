"""One more person: the address that they would get is shown while one types."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm
from console.desk import OURS_ONLY, Desk, PeopleDesk
from console.once import MakesOnce
from console.pages import pages
from console.people.filters import PATH
from console.people.forms import TypedAddress, TypedAppointment, TypedPerson
from console.people.picking import NOTHING_TYPED, Offer, offer
from console.session.access import ReadsPeople
from identity.accounts.models import AccountKind
from identity.accounts.provisioning import open_personal_account
from identity.accounts.settings import MailboxSettings
from identity.accounts.suggestion import Likeness, Suggestion, suggest_personal_address
from identity.names.full_name import FullName
from identity.names.sort_key import sort_key
from identity.people.models import Person
from identity.people.queries import Place, places_on
from identity.people.routes import numbers_of
from identity.people.service import appoint, create_person
from kernel.access import Permission
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.errors import DomainError
from kernel.http import Db, Now
from sso.login.destinations import go
from theme.catalogue import _
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
ADD = f"{PATH}/them"
NAMESAKES = 5
LIKENESSES = {
    Likeness.SAME: _("trùng cả họ tên"),
    Likeness.MARKS: _("tên chỉ khác dấu; địa chỉ thì không có dấu"),
    Likeness.STROKE: _("tên chỉ khác đ và d; trong địa chỉ hai chữ này viết như nhau"),
    Likeness.OTHER: _("tên khác, nhưng viết tắt giống nhau"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known before anything is stored; nothing of it is reserved."""

    offered: Offer
    suggestion: Suggestion | None = None
    trouble: Fault | None = None
    namesakes: tuple[tuple[Person, Place | None], ...] = ()


NOTHING_YET = Preview(NOTHING_TYPED)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was sent."""

    who: Annotated[TypedPerson, Depends()]
    where: Annotated[TypedAppointment, Depends()]
    which: Annotated[TypedAddress, Depends()]
    basis: BasisOfForm


TypedForm = Annotated[Typed, Depends()]


@router.get(PATH + "/don-vi")
def offer_organisations(
    request: Request,
    caller: ReadsPeople,
    db: Db,
    now: Now,
    organisation: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Lines to choose from, under the field that somebody types into; also a page by itself."""
    with db.transaction() as session:
        offered = offer(session, organisation.strip(), None, office_day(now))
    return pages.show(
        request, "people/organisations.html", caller, now, part="choices", offered=offered
    )


@router.get(ADD)
def show_form(desk: PeopleDesk) -> Response:
    where = TypedAppointment(valid_from=desk.today.isoformat())
    return _page(desk, Typed(TypedPerson(), where, TypedAddress(), NOTHING), NOTHING_YET)


@router.post(ADD + "/dia-chi", dependencies=OURS_ONLY)
def look_ahead(desk: PeopleDesk, typed: TypedForm) -> Response:
    """The addresses that there are, for what is typed so far. POST keeps names out of addresses."""
    with desk.db.transaction() as session:
        preview = _preview(session, typed, desk.today)
    return _page(desk, typed, preview, part="address")


@router.post(ADD, dependencies=OURS_ONLY)
def add_person(desk: PeopleDesk, typed: TypedForm, once: MakesOnce) -> Response:
    """Person, appointment, account, mailbox and address, all or nothing."""
    with desk.db.transaction() as session:
        preview = _preview(session, typed, desk.today)
    person = typed.who.read()
    post = typed.where.read(preview.offered.organisation_id, is_primary=True)
    basis, with_account = typed.basis.given(), not typed.which.no_account

    def write(session: Session) -> None:
        assert person is not None  # noqa: S101  # there are no faults
        assert post is not None  # noqa: S101
        form, day = post
        numbers = numbers_of(desk.request)
        row = create_person(
            session,
            desk.actor,
            numbers,
            person,
            today=desk.today,
            basis=basis,
            person_id=once.id,
        )
        appoint(session, desk.actor, row.id, form, valid_from=day, basis=basis)
        if with_account:
            wanted = _asked_for(typed.which, preview.suggestion)
            _open_account(session, desk, row.id, wanted, basis)

    faults = [*typed.who.faults, *typed.where.faults, *typed.basis.faults]
    faults = once.tried(desk.db, Person, write, faults)
    if not faults:
        return go(f"{PATH}/{once.id}?done={'created' if with_account else 'added'}")
    return _page(desk, typed, preview, faults=faults)


def _open_account(
    session: Session, desk: Desk, person_id: UUID, local_part: str | None, basis: Basis
) -> None:
    desk.actor.require(Permission.MANAGE_ACCOUNTS)
    mailboxes: MailboxSettings = desk.request.app.state.mailboxes
    open_personal_account(
        session,
        desk.actor,
        person_id,
        local_part=local_part,
        quota_bytes=mailboxes.quota_bytes(AccountKind.PERSONAL),
        now=desk.now,
        basis=basis,
    )


def _asked_for(which: TypedAddress, suggestion: Suggestion | None) -> str | None:
    """None for what the rules give anyway, so that the ledger says so."""
    wanted = which.wanted
    by_rule = suggestion.free[0] if suggestion and suggestion.free else None
    return None if wanted == by_rule else wanted


def _preview(session: Session, typed: Typed, day: date) -> Preview:
    """Says nothing of what is wrong: that is for whoever sends the form."""
    who, where = replace(typed.who), typed.where
    offered = offer(session, where.organisation, where.chosen, day)
    name = who.name if who.full_name else None
    if name is None:
        return Preview(offered)
    namesakes = _namesakes(session, name, day)
    if offered.chosen is None:
        return Preview(offered, namesakes=namesakes)
    try:
        suggestion = suggest_personal_address(
            session, name, offered.chosen.id, birth_date=who.day("birth_date"), day=day
        )
    except DomainError as error:
        return Preview(offered, None, faults_of(error)[0], namesakes)
    return Preview(offered, suggestion, None, namesakes)


def _namesakes(
    session: Session, name: FullName, day: date
) -> tuple[tuple[Person, Place | None], ...]:
    statement = (
        select(Person).where(Person.sort_key == sort_key(name)).order_by(Person.id).limit(NAMESAKES)
    )
    people = list(session.scalars(statement))
    places = places_on(session, [person.id for person in people], day)
    return tuple((person, places.get(person.id)) for person in people)


def _page(
    desk: Desk,
    typed: Typed,
    preview: Preview,
    *,
    part: str | None = None,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "people/add.html",
        part=part,
        faults=faults,
        who=typed.who,
        where=typed.where,
        which=typed.which,
        basis=typed.basis,
        preview=preview,
        offered=preview.offered,
        likenesses=LIKENESSES,
    )
