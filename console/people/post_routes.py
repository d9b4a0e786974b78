"""Appointments and leave of a person: move, concurrent post, end; away and back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.basis import BasisOfForm, TypedBasis
from console.forms import tried
from console.pages import pages
from console.people.filters import PATH
from console.people.forms import Text, Typed, TypedAppointment
from console.people.person import Post, posts_of
from console.people.picking import Candidate, find_candidate, find_organisations
from console.session.access import ManagesPeople
from console.session.service import Caller
from identity.people import leaves, service
from identity.people.errors import AppointmentNotFound, LeaveNotFound
from identity.people.models import ContractType, Leave, LeaveKind, Person
from identity.people.queries import get_person
from kernel.clock import office_day
from kernel.http import Db, Now
from kernel.messages import Message
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.catalogue import _
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
FORM = [Depends(require_same_origin)]
Version = Annotated[int, Form()]
Where = Annotated[TypedAppointment, Depends()]


@dataclass(frozen=True, slots=True)
class Kind:
    """The two ways to be appointed differ in words, and in what ends."""

    path: str
    title: str
    lead: str
    button: str
    done: str
    is_primary: bool


MOVE = Kind(
    "dieu-dong",
    _("Điều động"),
    _("Chức vụ chính hiện nay kết thúc vào ngày chức vụ mới bắt đầu."),
    _("Ghi điều động"),
    "moved",
    is_primary=True,
)
CONCURRENT = Kind(
    "kiem-nhiem",
    _("Kiêm nhiệm"),
    _("Thêm một chức vụ bên cạnh chức vụ chính."),
    _("Ghi kiêm nhiệm"),
    "appointed",
    is_primary=False,
)


def _appointment_routes(kind: Kind) -> None:
    @router.get(PATH + "/{person_id}/" + kind.path, name=kind.path)
    def show_form(
        person_id: UUID, request: Request, caller: ManagesPeople, db: Db, now: Now
    ) -> Response:
        where = TypedAppointment(valid_from=office_day(now).isoformat())
        with db.transaction() as session:
            person = get_person(session, person_id)
        return _appointment_page(request, caller, now, kind, person, where)

    @router.post(PATH + "/{person_id}/" + kind.path, dependencies=FORM, name=f"{kind.path}-post")
    def appoint(  # what FastAPI hands over
        *,
        person_id: UUID,
        request: Request,
        caller: ManagesPeople,
        db: Db,
        now: Now,
        where: Where,
        basis: BasisOfForm,
        version: Version = 0,
    ) -> Response:
        with db.transaction() as session:
            person = get_person(session, person_id)
            candidates = find_organisations(session, where.organisation, office_day(now))
            ticked = find_candidate(session, where.chosen)
        chosen = ticked or (candidates[0] if len(candidates) == 1 else None)
        post = where.read(chosen.id if chosen else None, is_primary=kind.is_primary)
        faults = [*where.faults, *basis.faults]

        def write(session: Session) -> None:
            assert post is not None  # noqa: S101  # there are no faults
            form, day = post
            service.expect_version(session, person_id, version)
            service.appoint(
                session, caller.actor, person_id, form, valid_from=day, basis=basis.given()
            )

        faults = faults or tried(db, write)
        if not faults:
            return go(f"{PATH}/{person_id}?done={kind.done}")
        offered = (candidates, chosen)
        return _appointment_page(
            request, caller, now, kind, person, where, basis, faults, offered, version
        )


def _appointment_page(  # values of one page
    request: Request,
    caller: Caller,
    now: datetime,
    kind: Kind,
    person: Person,
    where: TypedAppointment,
    basis: TypedBasis | None = None,
    faults: list[Fault] | None = None,
    offered: tuple[list[Candidate], Candidate | None] = ([], None),  # never changed
    version: int | None = None,
) -> Response:
    return pages.show(
        request,
        "people/post.html",
        caller,
        now,
        status_code=422 if faults else 200,
        kind=kind,
        person=person,
        version=person.version if version is None else version,
        where=where,
        typed=where.organisation,
        candidates=offered[0],
        chosen=offered[1],
        basis=basis or TypedBasis(),
        faults=faults or [],
        contract_types=list(ContractType),
    )


_appointment_routes(MOVE)
_appointment_routes(CONCURRENT)


@dataclass
class TypedEnd(Typed):
    on: Text = ""


@dataclass
class TypedLeave(Typed):
    kind: Text = ""
    valid_from: Text = ""
    valid_to: Text = ""

    def read(self) -> leaves.LeaveForm | None:
        kind = self.one_of("kind", LeaveKind)
        if not self.kind:
            sentence = Message("Hãy chọn loại nghỉ.", "Choose a kind of leave.")
            self.faults.append(Fault(sentence, "kind"))
        valid_from, valid_to = self.needed_day("valid_from"), self.day("valid_to")
        if self.faults or kind is None:
            return None
        return leaves.LeaveForm(kind, valid_from, valid_to)


@router.get(PATH + "/{person_id}/nghi")
def show_leave_form(
    person_id: UUID, request: Request, caller: ManagesPeople, db: Db, now: Now
) -> Response:
    typed = TypedLeave(valid_from=office_day(now).isoformat())
    with db.transaction() as session:
        person = get_person(session, person_id)
    return _leave_page(request, caller, now, person, typed)


@router.post(PATH + "/{person_id}/nghi", dependencies=FORM)
def register_leave(  # what FastAPI hands over
    *,
    person_id: UUID,
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
    typed: Annotated[TypedLeave, Depends()],
    basis: BasisOfForm,
) -> Response:
    with db.transaction() as session:
        person = get_person(session, person_id)
    form = typed.read()
    faults = [*typed.faults, *basis.faults]

    def write(session: Session) -> None:
        assert form is not None  # noqa: S101  # there are no faults
        leaves.register_leave(session, caller.actor, person_id, form, basis=basis.given())

    faults = faults or tried(db, write)
    if not faults:
        return go(f"{PATH}/{person_id}?done=leave")
    return _leave_page(request, caller, now, person, typed, basis, faults)


def _leave_page(  # values of one page
    request: Request,
    caller: Caller,
    now: datetime,
    person: Person,
    typed: TypedLeave,
    basis: TypedBasis | None = None,
    faults: list[Fault] | None = None,
) -> Response:
    return pages.show(
        request,
        "people/leave.html",
        caller,
        now,
        status_code=422 if faults else 200,
        person=person,
        typed=typed,
        basis=basis or TypedBasis(),
        faults=faults or [],
        kinds=list(LeaveKind),
    )


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends, as the page names it."""

    title: str
    what: str
    label: str
    action: str
    danger: bool = False


End = Annotated[TypedEnd, Depends()]


@router.get(PATH + "/{person_id}/chuc-vu/{appointment_id}/ket-thuc")
def show_end_form(
    person_id: UUID,
    appointment_id: UUID,
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
) -> Response:
    with db.transaction() as session:
        person, post = _post_of(session, person_id, appointment_id)
    today = office_day(now)
    return _end_page(request, caller, now, person, _end_of_post(person, post), _end(today))


@router.post(PATH + "/{person_id}/chuc-vu/{appointment_id}/ket-thuc", dependencies=FORM)
def end_appointment(  # what FastAPI hands over
    *,
    person_id: UUID,
    appointment_id: UUID,
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
    typed: End,
    basis: BasisOfForm,
) -> Response:
    with db.transaction() as session:
        person, post = _post_of(session, person_id, appointment_id)
    day = typed.needed_day("on")

    def write(session: Session) -> None:
        service.end_appointment(session, caller.actor, appointment_id, on=day, basis=basis.given())

    faults = [*typed.faults, *basis.faults] or tried(db, write)
    if not faults:
        return go(f"{PATH}/{person_id}?done=ended")
    ending = _end_of_post(person, post)
    return _end_page(request, caller, now, person, ending, typed, basis, faults)


@router.get(PATH + "/{person_id}/nghi/{leave_id}/ket-thuc")
def show_return_form(
    person_id: UUID, leave_id: UUID, request: Request, caller: ManagesPeople, db: Db, now: Now
) -> Response:
    with db.transaction() as session:
        person, leave = _leave_of(session, person_id, leave_id)
    today = office_day(now)
    return _end_page(request, caller, now, person, _end_of_leave(person, leave), _end(today))


@router.post(PATH + "/{person_id}/nghi/{leave_id}/ket-thuc", dependencies=FORM)
def end_leave(  # what FastAPI hands over
    *,
    person_id: UUID,
    leave_id: UUID,
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
    typed: End,
    basis: BasisOfForm,
) -> Response:
    with db.transaction() as session:
        person, leave = _leave_of(session, person_id, leave_id)
    day = typed.needed_day("on")

    def write(session: Session) -> None:
        leaves.end_leave(session, caller.actor, leave_id, on=day, basis=basis.given())

    faults = [*typed.faults, *basis.faults] or tried(db, write)
    if not faults:
        return go(f"{PATH}/{person_id}?done=back")
    ending = _end_of_leave(person, leave)
    return _end_page(request, caller, now, person, ending, typed, basis, faults)


def _post_of(session: Session, person_id: UUID, appointment_id: UUID) -> tuple[Person, Post]:
    """Raises PersonNotFound, AppointmentNotFound also for another person's."""
    person = get_person(session, person_id)
    for post in posts_of(session, person_id):
        if post.appointment.id == appointment_id:
            return person, post
    raise AppointmentNotFound


def _leave_of(session: Session, person_id: UUID, leave_id: UUID) -> tuple[Person, Leave]:
    """Raises PersonNotFound, LeaveNotFound also for another person's."""
    leave = session.get(Leave, leave_id)
    if leave is None or leave.person_id != person_id:
        get_person(session, person_id)
        raise LeaveNotFound
    return get_person(session, person_id), leave


def _end_of_post(person: Person, post: Post) -> Ending:
    held = [post.appointment.position, post.organisation]
    action = f"{PATH}/{person.id}/chuc-vu/{post.appointment.id}/ket-thuc"
    what = ", ".join(filter(None, held))
    label = _("Ngày đầu tiên không còn chức vụ")
    return Ending(_("Kết thúc chức vụ"), what, label, action, danger=True)


def _end_of_leave(person: Person, leave: Leave) -> Ending:
    action = f"{PATH}/{person.id}/nghi/{leave.id}/ket-thuc"
    label = _("Ngày đầu tiên làm việc trở lại")
    return Ending(_("Trở lại làm việc"), f"{leave.valid_from:%d/%m/%Y}", label, action)


def _end(day: date) -> TypedEnd:
    return TypedEnd(on=day.isoformat())


def _end_page(  # values of one page
    request: Request,
    caller: Caller,
    now: datetime,
    person: Person,
    ending: Ending,
    typed: TypedEnd,
    basis: TypedBasis | None = None,
    faults: list[Fault] | None = None,
) -> Response:
    values: dict[str, Any] = {"ending": ending, "typed": typed, "person": person}
    return pages.show(
        request,
        "people/end.html",
        caller,
        now,
        status_code=422 if faults else 200,
        basis=basis or TypedBasis(),
        faults=faults or [],
        **values,
    )
