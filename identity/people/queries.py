from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from identity.organisations.models import Organisation
from identity.people.errors import PersonNotFound
from identity.people.models import Appointment, Person
from kernel.database import is_among


def get_person(session: Session, person_id: UUID) -> Person:
    """Raises PersonNotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise PersonNotFound(str(person_id))
    return person


def get_person_for_update(session: Session, person_id: UUID) -> Person:
    """Raises PersonNotFound."""
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise PersonNotFound(str(person_id))
    return person


def in_force(day: date) -> ColumnElement[bool]:
    return (Appointment.valid_from <= day) & (
        Appointment.valid_to.is_(None) | (Appointment.valid_to > day)
    )


def list_appointments(session: Session, person_id: UUID) -> list[Appointment]:
    """All of them, past and present, the latest first."""
    statement = (
        select(Appointment)
        .where(Appointment.person_id == person_id)
        .order_by(Appointment.valid_from.desc(), Appointment.is_primary.desc(), Appointment.id)
    )
    return list(session.scalars(statement))


def appointments_on(
    session: Session, person_ids: Collection[UUID], day: date
) -> dict[UUID, list[tuple[Appointment, Organisation]]]:
    """Person to appointments on a day with their organisations, the primary one first."""
    statement = (
        select(Appointment, Organisation)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(is_among(Appointment.person_id, person_ids), in_force(day))
        .order_by(Appointment.is_primary.desc(), Appointment.valid_from, Appointment.id)
    )
    found: dict[UUID, list[tuple[Appointment, Organisation]]] = {}
    for appointment, organisation in session.execute(statement):
        found.setdefault(appointment.person_id, []).append((appointment, organisation))
    return found


def place_held_or_to_come(
    session: Session, person_id: UUID, day: date
) -> tuple[Appointment, Organisation] | None:
    """Where somebody works on a day, or will; the primary appointment goes first."""
    statement = (
        select(Appointment, Organisation)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(
            Appointment.person_id == person_id,
            Appointment.valid_to.is_(None)
            | (Appointment.valid_to > func.greatest(day, Appointment.valid_from)),
        )
        .order_by(
            in_force(day).desc(),
            Appointment.is_primary.desc(),
            Appointment.valid_from,
            Appointment.id,
        )
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


class Place(NamedTuple):
    """Where somebody works, as lists show it beside the name."""

    organisation_id: UUID
    organisation_name: str
    position: str | None


def places_on(session: Session, person_ids: Collection[UUID], day: date) -> dict[UUID, Place]:
    """Person to the primary appointment on a day, or another one for want of it.

    Reads no entities: half of the time of a page went into making 50 appointments and as many
    organisations.
    """
    statement = (
        select(Appointment.person_id, Organisation.id, Organisation.name, Appointment.position)
        .ext(distinct_on(Appointment.person_id))
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(is_among(Appointment.person_id, person_ids), in_force(day))
        .order_by(
            Appointment.person_id,
            Appointment.is_primary.desc(),
            Appointment.valid_from,
            Appointment.id,
        )
    )
    return {
        person_id: Place(organisation_id, name, position)
        for person_id, organisation_id, name, position in session.execute(statement)
    }


def list_members_on(session: Session, organisation_id: UUID, day: date) -> list[Person]:
    """Who was appointed to an organisation on a day, past or present, in Vietnamese order."""
    statement = (
        select(Person)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(Appointment.organisation_id == organisation_id, in_force(day))
        .distinct()
        .order_by(Person.sort_key, Person.id)
    )
    return list(session.scalars(statement))
