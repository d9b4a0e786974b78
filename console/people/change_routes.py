"""Changing what is known of a person; of two who do it at once neither loses what they typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.basis import BasisOfForm, TypedBasis
from console.pages import pages
from console.people.filters import PATH
from console.people.forms import TypedPerson
from console.session.access import ManagesPeople
from identity.people.errors import PersonChangedMeanwhile
from identity.people.masking import masked_address, masked_phone
from identity.people.models import Person
from identity.people.queries import get_person
from identity.people.routes import numbers_of
from identity.people.service import change_person
from kernel.audit import AuditRecord
from kernel.errors import DomainError
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
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
def show_form(
    person_id: UUID, request: Request, caller: ManagesPeople, db: Db, now: Now
) -> Response:
    with db.transaction() as session:
        person = get_person(session, person_id)
    values = _values(person, TypedPerson.of(person))
    return pages.show(request, "people/change.html", caller, now, **values)


@router.post(CHANGE, dependencies=[Depends(require_same_origin)])
def change(  # what FastAPI hands over
    *,
    person_id: UUID,
    request: Request,
    caller: ManagesPeople,
    db: Db,
    now: Now,
    who: Annotated[TypedPerson, Depends()],
    before: Annotated[Before, Depends()],
    basis: BasisOfForm,
) -> Response:
    conflict: Conflict | None = None
    try:
        with db.transaction() as session:
            person = get_person(session, person_id)
            form = who.read(person)
            faults: list[Fault] = [*who.faults, *basis.faults]
            if form is not None and not faults:
                change_person(
                    session,
                    caller.actor,
                    numbers_of(request),
                    person_id,
                    form,
                    expected_version=before.version,
                    basis=basis.given(),
                )
                return go(f"{PATH}/{person_id}?done=changed")
    except PersonChangedMeanwhile:
        with db.transaction() as session:
            person = get_person(session, person_id)
            conflict = _conflict(session, person, who, before)
    except DomainError as error:
        faults = list(faults_of(error))
    if conflict is not None:
        for one in conflict.differences:
            setattr(who, one.name, one.merged)
        faults = []
    values = _values(person, who, basis, faults, conflict, before)
    status_code = 409 if conflict else 422
    return pages.show(request, "people/change.html", caller, now, status_code=status_code, **values)


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


def _values(
    person: Person,
    who: TypedPerson,
    basis: TypedBasis | None = None,
    faults: Sequence[Fault] = (),
    conflict: Conflict | None = None,
    before: Before | None = None,
) -> dict[str, Any]:
    shown = TypedPerson.of(person)
    fresh = before is None or conflict is not None
    return {
        "person": person,
        "who": who,
        "basis": basis or TypedBasis(),
        "faults": faults,
        "conflict": conflict,
        "version": person.version if before is None or conflict else before.version,
        "was": {
            name: getattr(shown, name) if fresh else getattr(before, f"was_{name}")
            for name in COMPARED
        },
        "phone": person.phone and masked_phone(person.phone),
        "recovery": person.recovery_email and masked_address(person.recovery_email),
    }
