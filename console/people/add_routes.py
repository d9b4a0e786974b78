"""One more person: the address that they would get is shown while one types."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.basis import BasisOfForm, TypedBasis
from console.pages import pages
from console.people.filters import PATH
from console.people.forms import TypedAddress, TypedAppointment, TypedPerson
from console.people.picking import Candidate, find_candidate, find_organisations
from console.session.access import ManagesPeople, ReadsPeople
from identity.accounts.models import AccountKind
from identity.accounts.provisioning import open_personal_account
from identity.accounts.settings import MailboxSettings
from identity.accounts.suggestion import Likeness, Suggestion, suggest_personal_address
from identity.names.full_name import FullName
from identity.names.sort_key import sort_key
from identity.people.models import ContractType, Person, Sex
from identity.people.queries import Place, places_on
from identity.people.routes import numbers_of
from identity.people.service import appoint, create_person
from kernel.access import Permission
from kernel.clock import office_day
from kernel.errors import DomainError
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.catalogue import _
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
ADD = f"{PATH}/them"
FORM = [Depends(require_same_origin)]
NAMESAKES = 5
LIKENESSES = {
    Likeness.SAME: _("trùng cả họ tên"),
    Likeness.MARKS: _("tên chỉ khác dấu; địa chỉ thì không có dấu"),
    Likeness.STROKE: _("tên chỉ khác đ và d; trong địa chỉ hai chữ này viết như nhau"),
    Likeness.OTHER: _("tên khác, nhưng viết tắt giống nhau"),
}
Who = Annotated[TypedPerson, Depends()]
Where = Annotated[TypedAppointment, Depends()]
Which = Annotated[TypedAddress, Depends()]


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known before anything is stored; nothing of it is reserved."""

    candidates: list[Candidate]
    chosen: Candidate | None
    suggestion: Suggestion | None = None
    trouble: Fault | None = None
    namesakes: tuple[tuple[Person, Place | None], ...] = ()


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
        found = find_organisations(session, organisation.strip(), office_day(now))
    return pages.show(
        request,
        "people/organisations.html",
        caller,
        now,
        part="choices",
        candidates=found,
        chosen=found[0] if len(found) == 1 else None,
        typed=organisation,
    )


@router.get(ADD)
def show_form(request: Request, caller: ManagesPeople, db: Db, now: Now) -> Response:
    where = TypedAppointment(valid_from=office_day(now).isoformat())
    with db.transaction() as session:
        preview = _preview(session, None, where, now=now)
    values = _values(TypedPerson(), where, TypedAddress(), preview)
    return pages.show(request, "people/add.html", caller, now, **values, **_choices())


@router.post(ADD + "/dia-chi", dependencies=FORM)
def look_ahead(  # what FastAPI hands over
    *,
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
    who: Who,
    where: Where,
    which: Which,
    basis: BasisOfForm,
) -> Response:
    """The addresses that there are, for what is typed so far. POST keeps names out of addresses."""
    with db.transaction() as session:
        preview = _preview(session, _name_of(who), where, birth_date=_birth(who), now=now)
    who.faults.clear()
    values = _values(who, where, which, preview, basis)
    return pages.show(
        request, "people/add.html", caller, now, part="address", **values, **_choices()
    )


@router.post(ADD, dependencies=FORM)
def add_person(  # what FastAPI hands over
    *,
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
    who: Who,
    where: Where,
    which: Which,
    basis: BasisOfForm,
) -> Response:
    """Person, appointment, account, mailbox and address, all or nothing."""
    faults: list[Fault] = []
    try:
        with db.transaction() as session:
            preview = _preview(session, _name_of(who), where, birth_date=_birth(who), now=now)
            who.faults.clear()
            person = who.read()
            post = where.read(preview.chosen.id if preview.chosen else None, is_primary=True)
            faults = [*who.faults, *where.faults, *basis.faults]
            if person is not None and post is not None and not faults:
                row = create_person(
                    session, caller.actor, numbers_of(request), person, basis=basis.given()
                )
                form, day = post
                appoint(session, caller.actor, row.id, form, valid_from=day, basis=basis.given())
                if which.no_account:
                    return go(f"{PATH}/{row.id}?done=added")
                caller.actor.require(Permission.MANAGE_ACCOUNTS)
                mailboxes: MailboxSettings = request.app.state.mailboxes
                open_personal_account(
                    session,
                    caller.actor,
                    row.id,
                    local_part=_asked_for(which, preview.suggestion),
                    quota_bytes=mailboxes.quota_bytes(AccountKind.PERSONAL),
                    now=now,
                    basis=basis.given(),
                )
                return go(f"{PATH}/{row.id}?done=created")
    except DomainError as error:
        faults = list(faults_of(error))
    values = _values(who, where, which, preview, basis, faults)
    return pages.show(
        request, "people/add.html", caller, now, status_code=422, **values, **_choices()
    )


def _asked_for(which: TypedAddress, suggestion: Suggestion | None) -> str | None:
    """None for what the rules give anyway, so that the ledger says so."""
    wanted = which.wanted
    by_rule = suggestion.free[0] if suggestion and suggestion.free else None
    return None if wanted == by_rule else wanted


def _name_of(who: TypedPerson) -> FullName | None:
    return who.name if who.full_name else None


def _birth(who: TypedPerson) -> date | None:
    return who.day("birth_date")


def _preview(
    session: Session,
    name: FullName | None,
    where: TypedAppointment,
    *,
    now: Any,
    birth_date: date | None = None,
) -> Preview:
    day = office_day(now)
    candidates = find_organisations(session, where.organisation, day)
    chosen = _chosen(session, where.chosen, candidates)
    if name is None:
        return Preview(candidates, chosen)
    namesakes = _namesakes(session, name, day)
    if chosen is None:
        return Preview(candidates, None, namesakes=namesakes)
    try:
        suggestion = suggest_personal_address(
            session, name, chosen.id, birth_date=birth_date, day=day
        )
    except DomainError as error:
        return Preview(candidates, chosen, None, faults_of(error)[0], namesakes)
    return Preview(candidates, chosen, suggestion, None, namesakes)


def _chosen(session: Session, wanted: UUID | None, candidates: list[Candidate]) -> Candidate | None:
    """What was ticked, as long as what is typed still means it; else the only one."""
    ticked = find_candidate(session, wanted)
    if ticked is not None and (not candidates or ticked in candidates):
        return ticked
    return candidates[0] if len(candidates) == 1 else None


def _namesakes(
    session: Session, name: FullName, day: date
) -> tuple[tuple[Person, Place | None], ...]:
    statement = (
        select(Person).where(Person.sort_key == sort_key(name)).order_by(Person.id).limit(NAMESAKES)
    )
    people = list(session.scalars(statement))
    places = places_on(session, [person.id for person in people], day)
    return tuple((person, places.get(person.id)) for person in people)


def _values(  # values of one page
    who: TypedPerson,
    where: TypedAppointment,
    which: TypedAddress,
    preview: Preview,
    basis: TypedBasis | None = None,
    faults: list[Fault] | None = None,
) -> dict[str, Any]:
    return {
        "who": who,
        "where": where,
        "which": which,
        "preview": preview,
        "candidates": preview.candidates,
        "chosen": preview.chosen,
        "typed": where.organisation,
        "basis": basis or TypedBasis(),
        "faults": faults or [],
        "likenesses": LIKENESSES,
    }


def _choices() -> dict[str, Any]:
    return {"sexes": list(Sex), "contract_types": list(ContractType)}
