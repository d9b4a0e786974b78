"""Appointments and leave of a person: move, concurrent post, end; away and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, PeopleDesk
from console.once import MakesOnce
from console.people.filters import PATH
from console.people.forms import Text, Typed, TypedAppointment
from console.people.person import posts_of
from console.people.picking import Offer, offer
from identity.people import leaves, service
from identity.people.errors import AppointmentNotFound, LeaveNotFound
from identity.people.models import Appointment, Leave, LeaveKind, Person
from identity.people.queries import get_person, place_held_or_to_come
from kernel.messages import Message
from sso.login.destinations import go
from theme.catalogue import _
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
ONE = PATH + "/{person_id}"
Version = Annotated[int, Form()]
Where = Annotated[TypedAppointment, Depends()]


def _person(desk: Desk, person_id: UUID) -> Person:
    with desk.db.transaction() as session:
        return get_person(session, person_id)


@dataclass(frozen=True, slots=True)
class Post:
    """The two ways to be appointed differ in words, and in what ends."""

    path: str
    title: str
    lead: str
    button: str
    done: str
    is_primary: bool


MOVE = Post(
    "dieu-dong",
    _("Điều động"),
    _(
        "Chức vụ chính hiện nay kết thúc vào ngày chức vụ mới bắt đầu. Mẫu ghi sẵn điều đang giữ: "
        "hãy sửa điều thay đổi; ô để trống là không còn."
    ),
    _("Ghi điều động"),
    "moved",
    is_primary=True,
)
CONCURRENT = Post(
    "kiem-nhiem",
    _("Kiêm nhiệm"),
    _("Thêm một chức vụ bên cạnh chức vụ chính."),
    _("Ghi kiêm nhiệm"),
    "appointed",
    is_primary=False,
)


def _appointment_routes(post: Post) -> None:
    @router.get(f"{ONE}/{post.path}", name=post.path)
    def show_form(desk: PeopleDesk, person_id: UUID) -> Response:
        where = TypedAppointment(valid_from=desk.today.isoformat())
        with desk.db.transaction() as session:
            person = get_person(session, person_id)
            held = place_held_or_to_come(session, person_id, desk.today)
            if held is not None and held[0].is_primary and post.is_primary:
                where = TypedAppointment.of(held[0], held[1].name, desk.today)
            offered = offer(session, where.organisation, where.chosen, desk.today)
        return _appointment_page(desk, post, person, where, offered)

    @router.post(f"{ONE}/{post.path}", dependencies=OURS_ONLY, name=f"{post.path}-post")
    def appoint(
        desk: PeopleDesk,
        person_id: UUID,
        where: Where,
        basis: BasisOfForm,
        once: MakesOnce,
        version: Version = 0,
    ) -> Response:
        with desk.db.transaction() as session:
            person = get_person(session, person_id)
            offered = offer(session, where.organisation, where.chosen, desk.today)
        read = where.read(offered.organisation_id, is_primary=post.is_primary)

        def write(session: Session) -> None:
            assert read is not None  # noqa: S101  # there are no faults
            form, day = read
            service.expect_version(session, person_id, version)
            service.appoint(
                session,
                desk.actor,
                person_id,
                form,
                valid_from=day,
                basis=basis.given(),
                appointment_id=once.id,
            )

        faults = [
            replace(one, place="organisation") if one.place == "organisation_id" else one
            for one in once.tried(desk.db, Appointment, write, [*where.faults, *basis.faults])
        ]
        if not faults:
            return go(f"{PATH}/{person_id}?done={post.done}")
        return _appointment_page(
            desk, post, person, where, offered, basis=basis, faults=faults, version=version
        )


def _appointment_page(
    desk: Desk,
    post: Post,
    person: Person,
    where: TypedAppointment,
    offered: Offer,
    *,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
    version: int | None = None,
) -> Response:
    return desk.show(
        "people/post.html",
        faults=faults,
        kind=post,
        person=person,
        version=person.version if version is None else version,
        where=where,
        offered=offered,
        basis=basis,
    )


_appointment_routes(MOVE)
_appointment_routes(CONCURRENT)


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


@router.get(f"{ONE}/nghi")
def show_leave_form(desk: PeopleDesk, person_id: UUID) -> Response:
    typed = TypedLeave(valid_from=desk.today.isoformat())
    return _leave_page(desk, _person(desk, person_id), typed)


@router.post(f"{ONE}/nghi", dependencies=OURS_ONLY)
def register_leave(
    desk: PeopleDesk,
    person_id: UUID,
    typed: Annotated[TypedLeave, Depends()],
    basis: BasisOfForm,
    once: MakesOnce,
) -> Response:
    person = _person(desk, person_id)
    form = typed.read()

    def write(session: Session) -> None:
        assert form is not None  # noqa: S101  # there are no faults
        leaves.register_leave(
            session, desk.actor, person_id, form, basis=basis.given(), leave_id=once.id
        )

    faults = once.tried(desk.db, Leave, write, [*typed.faults, *basis.faults])
    if not faults:
        return go(f"{PATH}/{person_id}?done=leave")
    return _leave_page(desk, person, typed, basis, faults)


def _leave_page(
    desk: Desk,
    person: Person,
    typed: TypedLeave,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show("people/leave.html", faults=faults, person=person, typed=typed, basis=basis)


@dataclass(frozen=True, slots=True)
class Ending:
    """What of a person may end, as the page names it, and how it does."""

    path: str
    title: str
    label: str
    done: str
    name: Callable[[Session, UUID, UUID], str]
    """Of the one to end; raises what says that it is none of this person's."""
    end: Callable[..., object]
    danger: bool = False


def _name_of_post(session: Session, person_id: UUID, appointment_id: UUID) -> str:
    for post in posts_of(session, person_id):
        if post.appointment.id == appointment_id:
            return ", ".join(filter(None, [post.appointment.position, post.organisation]))
    raise AppointmentNotFound


def _name_of_leave(session: Session, person_id: UUID, leave_id: UUID) -> str:
    leave = session.get(Leave, leave_id)
    if leave is None or leave.person_id != person_id:
        raise LeaveNotFound
    return f"{leave.valid_from:%d/%m/%Y}"


END_OF_POST = Ending(
    "chuc-vu",
    _("Kết thúc chức vụ"),
    _("Ngày đầu tiên không còn chức vụ"),
    "ended",
    _name_of_post,
    service.end_appointment,
    danger=True,
)
END_OF_LEAVE = Ending(
    "nghi",
    _("Trở lại làm việc"),
    _("Ngày đầu tiên làm việc trở lại"),
    "back",
    _name_of_leave,
    leaves.end_leave,
)


@dataclass
class TypedEnd(Typed):
    on: Text = ""


def _ending_routes(ending: Ending) -> None:
    address = f"{ONE}/{ending.path}/{{which}}/ket-thuc"

    @router.get(address, name=f"end-{ending.path}")
    def show_end_form(desk: PeopleDesk, person_id: UUID, which: UUID) -> Response:
        return _end_page(desk, ending, person_id, which, TypedEnd(on=desk.today.isoformat()))

    @router.post(address, dependencies=OURS_ONLY, name=f"end-{ending.path}-post")
    def end(
        desk: PeopleDesk,
        person_id: UUID,
        which: UUID,
        typed: Annotated[TypedEnd, Depends()],
        basis: BasisOfForm,
    ) -> Response:
        day = typed.needed_day("on")

        def write(session: Session) -> None:
            ending.name(session, person_id, which)
            ending.end(session, desk.actor, which, on=day, basis=basis.given())

        faults = [*typed.faults, *basis.faults] or desk.tried(write)
        if not faults:
            return go(f"{PATH}/{person_id}?done={ending.done}")
        return _end_page(desk, ending, person_id, which, typed, basis=basis, faults=faults)


def _end_page(
    desk: Desk,
    ending: Ending,
    person_id: UUID,
    which: UUID,
    typed: TypedEnd,
    *,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    """Raises PersonNotFound, AppointmentNotFound, LeaveNotFound."""
    with desk.db.transaction() as session:
        person = get_person(session, person_id)
        what = ending.name(session, person_id, which)
    return desk.show(
        "people/end.html",
        faults=faults,
        ending=ending,
        person=person,
        what=what,
        typed=typed,
        basis=basis,
    )


_ending_routes(END_OF_POST)
_ending_routes(END_OF_LEAVE)
