import enum
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg.errors
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from identity.names.full_name import FullName
from identity.names.sort_key import sort_key
from identity.names.text import search_key
from identity.organisations.errors import OrganisationClosed
from identity.organisations.models import Organisation
from identity.organisations.queries import get_organisation
from identity.people import queries
from identity.people.ages import check_birth_date
from identity.people.citizen_numbers import CitizenNumbers
from identity.people.errors import (
    AppointmentNotFound,
    AppointmentPeriodInvalid,
    AppointmentUnchanged,
    CitizenNumberTaken,
    PersonChangedMeanwhile,
    StaffNumberTaken,
)
from identity.people.models import Appointment, ContractType, Person, Sex
from identity.people.periods import periods_apart
from identity.projection import queue_group_changes
from identity.protection.service import require_say_over_person
from kernel import audit
from kernel.access import Actor, Permission
from kernel.audit import Basis

CONTACT = frozenset({"phone", "recovery_email"})
"""How somebody who forgot the password is reached: whoever changes it could become them."""


class PersonAuditTag(enum.StrEnum):
    CREATED = "person:created"
    CHANGED = "person:changed"
    CITIZEN_NUMBER_READ = "person:citizen-number-read"
    CITIZEN_NUMBERS_RESEALED = "person:citizen-numbers-resealed"
    CONTACT_READ = "person:contact-read"
    """Telephone number and recovery address were shown in clear."""
    LIST_EXPORTED = "person:list-exported"
    """Rows of many people left the console as a file; `details` say which."""
    APPOINTED = "person:appointed"
    APPOINTMENT_ENDED = "person:appointment-ended"
    LEAVE_REGISTERED = "person:leave-registered"
    LEAVE_ENDED = "person:leave-ended"


@dataclass(frozen=True, slots=True)
class PersonForm:
    """What is known of a person, in full."""

    name: FullName
    sex: Sex | None = None
    birth_date: date | None = None
    staff_number: str | None = None
    citizen_number: str | None = None
    """12 digits; None leaves what is stored."""
    phone: str | None = None
    recovery_email: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class AppointmentForm:
    organisation_id: UUID
    position: str | None = None
    rank: str | None = None
    contract_type: ContractType | None = None
    is_primary: bool = True

    def says(self, row: Appointment) -> bool:
        """Whether the appointment is just this one."""
        return all(getattr(self, one.name) == getattr(row, one.name) for one in fields(self))


def person_columns(form: PersonForm) -> dict[str, Any]:
    """Columns of Person other than the citizen number's."""
    return {
        "full_name": form.name.full,
        "family_name": form.name.family,
        "middle_name": form.name.middle,
        "given_name": form.name.given,
        "search_key": search_key(form.name.full),
        "sort_key": sort_key(form.name),
        "sex": form.sex,
        "birth_date": form.birth_date,
        "staff_number": form.staff_number,
        "phone": form.phone,
        "recovery_email": form.recovery_email,
        "hidden": form.hidden,
    }


@contextmanager
def _numbers_unique(form: PersonForm) -> Iterator[None]:
    """Turns the database's word about a taken number into ours."""
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise
        constraint = error.orig.diag.constraint_name or ""
        if constraint.endswith("staff_number"):
            raise StaffNumberTaken(form.staff_number or "") from error
        if constraint.endswith("citizen_number_index"):
            raise CitizenNumberTaken from error
        raise


def create_person(
    session: Session,
    actor: Actor,
    numbers: CitizenNumbers,
    form: PersonForm,
    *,
    today: date,
    basis: Basis,
    person_id: UUID | None = None,
) -> Person:
    """`person_id`: the one to get.

    Raises BirthDateImplausible, StaffNumberTaken, CitizenNumberTaken, CitizenNumberInvalid.
    """
    check_birth_date(form.birth_date, today)
    person = Person(id=person_id or uuid4(), **person_columns(form))
    _set_citizen_number(person, numbers, form.citizen_number)
    session.add(person)
    with _numbers_unique(form):
        session.flush()
    audit.record(session, actor, PersonAuditTag.CREATED, person.id, basis)
    return person


def _set_citizen_number(person: Person, numbers: CitizenNumbers, number: str | None) -> None:
    if number is not None:
        person.citizen_number_sealed = numbers.seal(person.id, number)
        person.citizen_number_index = numbers.index(number)


def change_person(
    session: Session,
    actor: Actor,
    numbers: CitizenNumbers,
    person_id: UUID,
    form: PersonForm,
    *,
    expected_version: int,
    today: date,
    basis: Basis,
) -> Person:
    """Bring a person to the state of the form, unless somebody else was quicker.

    A birth date that stands is not judged again. Raises PersonNotFound, PersonChangedMeanwhile,
    BirthDateImplausible, StaffNumberTaken, CitizenNumberTaken, RoleHolderProtected.
    """
    person = queries.get_person_for_update(session, person_id)
    if person.version != expected_version:
        raise PersonChangedMeanwhile
    if form.birth_date != person.birth_date:
        check_birth_date(form.birth_date, today)
    columns = person_columns(form)
    changed = [name for name, value in columns.items() if getattr(person, name) != value]
    if not CONTACT.isdisjoint(changed):
        require_say_over_person(session, actor, person_id)
    for name in changed:
        setattr(person, name, columns[name])
    if form.citizen_number is not None:
        changed.append("citizen_number")
        _set_citizen_number(person, numbers, form.citizen_number)
    with _numbers_unique(form):
        session.flush()
    if changed:
        audit.record(session, actor, PersonAuditTag.CHANGED, person_id, basis, fields=changed)
        session.refresh(person)
    return person


def expect_version(session: Session, person_id: UUID, version: int) -> Person:
    """Before a change of what stands beside the person, such as an appointment.

    Raises PersonNotFound, PersonChangedMeanwhile.
    """
    person = queries.get_person_for_update(session, person_id)
    if person.version != version:
        raise PersonChangedMeanwhile
    return person


def read_contact(session: Session, actor: Actor, person_id: UUID, *, basis: Basis) -> Person:
    """For whoever shows telephone number and recovery address in clear; it is audited.

    Raises PermissionMissing, PersonNotFound.
    """
    actor.require(Permission.READ_PEOPLE)
    person = queries.get_person(session, person_id)
    audit.record(session, actor, PersonAuditTag.CONTACT_READ, person_id, basis)
    return person


def note_export(session: Session, actor: Actor, *, people: int, wanted: str, basis: Basis) -> None:
    """A list of people left as a file: how many, and those that which filter found."""
    audit.record(
        session,
        actor,
        PersonAuditTag.LIST_EXPORTED,
        None,
        basis,
        people=people,
        wanted=wanted,
    )


def read_citizen_number(
    session: Session, actor: Actor, numbers: CitizenNumbers, person_id: UUID, *, basis: Basis
) -> str | None:
    """The number in clear; that it was read is audited.

    Raises PermissionMissing, PersonNotFound.
    """
    actor.require(Permission.READ_CITIZEN_NUMBERS)
    person = queries.get_person(session, person_id)
    audit.record(session, actor, PersonAuditTag.CITIZEN_NUMBER_READ, person_id, basis)
    if person.citizen_number_sealed is None:
        return None
    return numbers.open(person_id, person.citizen_number_sealed)


def appoint(
    session: Session,
    actor: Actor,
    person_id: UUID,
    form: AppointmentForm,
    *,
    valid_from: date,
    basis: Basis,
    appointment_id: UUID | None = None,
) -> Appointment:
    """Begin an appointment. A new primary one ends the present primary one on the same day.

    `appointment_id`: the one to get.

    Raises PersonNotFound, OrganisationNotFound, OrganisationClosed, AppointmentPeriodInvalid,
    AppointmentUnchanged where the present primary one is just like it and goes on.
    """
    queue_group_changes(session)
    queries.get_person_for_update(session, person_id)
    organisation = get_organisation(session, form.organisation_id)
    if organisation.valid_to is not None and organisation.valid_to <= valid_from:
        raise OrganisationClosed(organisation.name)
    if form.is_primary:
        _end_primary(session, person_id, form, organisation, valid_from)
    appointment = Appointment(
        id=appointment_id or uuid4(),
        person_id=person_id,
        organisation_id=form.organisation_id,
        position=form.position,
        rank=form.rank,
        contract_type=form.contract_type,
        is_primary=form.is_primary,
        valid_from=valid_from,
        document_number=basis.document_number,
        document_date=basis.document_date,
    )
    session.add(appointment)
    with periods_apart(AppointmentPeriodInvalid):
        session.flush()
    audit.record(
        session,
        actor,
        PersonAuditTag.APPOINTED,
        person_id,
        basis,
        organisation=str(form.organisation_id),
        position=form.position,
        valid_from=valid_from.isoformat(),
    )
    return appointment


def _end_primary(
    session: Session, person_id: UUID, form: AppointmentForm, to: Organisation, day: date
) -> None:
    statement = select(Appointment).where(
        Appointment.person_id == person_id,
        Appointment.is_primary,
        Appointment.valid_to.is_(None) | (Appointment.valid_to > day),
        Appointment.valid_from <= day,
    )
    for present in session.scalars(statement):
        if present.valid_to is None and form.says(present):
            raise AppointmentUnchanged(to.name)
        present.valid_to = day
    session.flush()


def end_appointment(
    session: Session, actor: Actor, appointment_id: UUID, *, on: date, basis: Basis
) -> Appointment:
    """Raises AppointmentNotFound, AppointmentPeriodInvalid."""
    queue_group_changes(session)
    appointment = session.get(Appointment, appointment_id, with_for_update=True)
    if appointment is None:
        raise AppointmentNotFound
    if appointment.valid_to is not None and appointment.valid_to <= on:
        raise AppointmentPeriodInvalid  # what has ended stays ended
    appointment.valid_to = on
    with periods_apart(AppointmentPeriodInvalid):
        session.flush()
    audit.record(
        session,
        actor,
        PersonAuditTag.APPOINTMENT_ENDED,
        appointment.person_id,
        basis,
        appointment=str(appointment_id),
        on=on.isoformat(),
    )
    return appointment
