"""Changing what is known of a person; of two who do it at once neither loses what they typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, PeopleDesk
from console.people.filters import PATH
from console.people.forms import TypedPerson
from identity.people.errors import PersonChangedMeanwhile
from identity.people.masking import masked_address, masked_phone
from identity.people.models import Person
from identity.people.queries import get_person
from identity.people.routes import numbers_of
from identity.people.service import change_person
from kernel.audit import AuditRecord
from kernel.errors import DomainError
from sso.login.destinations import go
from theme.catalogue import _
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
CHANGE = PATH + "/{person_id}/sua"
COMPARED = {
    "full_name": _("Họ và tên"),
    "birth_date": _("Ngày sinh"),
    "sex": _("Giới tính"),
    "staff_number": _("Số hiệu"),
    "hidden": _("Ẩn khỏi danh bạ"),
}
"""Fields that the form shows; the sensitive ones it does not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in three states; `typed` may be what it was."""

    name: str
    label: str
    before: str
    now: str
    typed: str

    @property
    def is_contested(self) -> bool:
        return self.now not in (self.before, self.typed) and self.typed != self.before

    @property
    def merged(self) -> str:
        """Whoever changed it has it; where both did, what the present caller typed."""
        return self.now if self.typed == self.before else self.typed


@dataclass(frozen=True, slots=True)
class Conflict:
    differences: Sequence[Difference]
    last: AuditRecord | None
    """The change that came between."""


@dataclass
class Before:
    """What the form showed when it was opened."""

    version: Annotated[int, Form()] = 0
    was_full_name: Annotated[str, Form()] = ""
    was_birth_date: Annotated[str, Form()] = ""
    was_sex: Annotated[str, Form()] = ""
    was_staff_number: Annotated[str, Form()] = ""
    was_hidden: Annotated[str, Form()] = ""


@router.get(CHANGE)
def show_form(desk: PeopleDesk, person_id: UUID) -> Response:
    with desk.db.transaction() as session:
        person = get_person(session, person_id)
    return _page(desk, person, TypedPerson.of(person))


@router.post(CHANGE, dependencies=OURS_ONLY)
def change(
    desk: PeopleDesk,
    person_id: UUID,
    who: Annotated[TypedPerson, Depends()],
    before: Annotated[Before, Depends()],
    basis: BasisOfForm,
) -> Response:
    try:
        with desk.db.transaction() as session:
            person = get_person(session, person_id)
            form = who.read(person)
            faults: Sequence[Fault] = [*who.faults, *basis.faults]
            if form is not None and not faults:
                changed = change_person(
                    session,
                    desk.actor,
                    numbers_of(desk.request),
                    person_id,
                    form,
                    expected_version=before.version,
                    today=desk.today,
                    basis=basis.given(),
                )
                done = "unchanged" if changed.version == before.version else "changed"
                return go(f"{PATH}/{person_id}?done={done}")
    except PersonChangedMeanwhile:
        with desk.db.transaction() as session:
            person = get_person(session, person_id)
            conflict = _conflict(session, person, who, before)
        for one in conflict.differences:
            setattr(who, one.name, one.merged)
        return _page(desk, person, who, basis, conflict=conflict)
    except DomainError as error:
        faults = faults_of(error)
        with desk.db.transaction() as session:
            person = get_person(session, person_id)  # the row above was rolled back
    return _page(desk, person, who, basis, faults=faults, before=before)


def _conflict(session: Session, person: Person, who: TypedPerson, before: Before) -> Conflict:
    present = TypedPerson.of(person)
    differences = [
        Difference(
            name,
            label,
            getattr(before, f"was_{name}"),
            getattr(present, name),
            getattr(who, name),
        )
        for name, label in COMPARED.items()
    ]
    last = select(AuditRecord).where(
        AuditRecord.subject_id == person.id, AuditRecord.tag.startswith("person:")
    )
    latest = session.scalar(last.order_by(AuditRecord.id.desc()).limit(1))
    return Conflict([one for one in differences if one.now != one.before], latest)


def _page(
    desk: Desk,
    person: Person,
    who: TypedPerson,
    basis: TypedBasis = NOTHING,
    *,
    faults: Sequence[Fault] = (),
    conflict: Conflict | None = None,
    before: Before | None = None,
) -> Response:
    """`before`: what the form showed when it was opened, if not the person as they are now."""
    shown = TypedPerson.of(person)
    return desk.show(
        "people/change.html",
        status_code=409 if conflict else None,
        faults=faults,
        person=person,
        who=who,
        basis=basis,
        conflict=conflict,
        version=before.version if before else person.version,
        was={
            name: getattr(before, f"was_{name}") if before else getattr(shown, name)
            for name in COMPARED
        },
        phone=person.phone and masked_phone(person.phone),
        recovery=person.recovery_email and masked_address(person.recovery_email),
    )
