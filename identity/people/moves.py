"""Many people who work elsewhere from a day on: the rules of `appoint`, in a few statements.

Whoever calls has looked at every person under the locks of `lock_people`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Date, Uuid, cast, func, select, update
from sqlalchemy.orm import Session

from identity.organisations.errors import OrganisationClosed
from identity.organisations.queries import get_organisation
from identity.people.errors import AppointmentPeriodInvalid
from identity.people.models import Appointment, Person
from identity.people.periods import periods_apart
from identity.people.service import PersonAuditTag
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import copy_rows, is_among

APART: dict[str, Any] = {"synchronize_session": False}
COLUMNS = (
    "id",
    "person_id",
    "organisation_id",
    "position",
    "rank",
    "contract_type",
    "is_primary",
    "valid_from",
    "document_number",
    "document_date",
)


@dataclass(frozen=True, slots=True)
class Destination:
    organisation_id: UUID
    day: date
    """The first day there."""
    position: str | None = None
    """None: everybody keeps their own."""


def check_destination(session: Session, to: Destination) -> None:
    """Raises OrganisationNotFound, OrganisationClosed."""
    organisation = get_organisation(session, to.organisation_id)
    if organisation.valid_to is not None and organisation.valid_to <= to.day:
        raise OrganisationClosed(organisation.name)


def lock_people(session: Session, ids: Collection[UUID]) -> None:
    """In one order, as whoever appoints them locks them."""
    statement = select(Person.id).where(is_among(Person.id, ids)).order_by(Person.id)
    session.execute(statement.with_for_update())


def move_people(
    session: Session,
    actor: Actor,
    moves: Mapping[UUID, UUID | None],
    to: Destination,
    *,
    basis: Basis,
) -> dict[UUID, UUID]:
    """Person to the primary appointment that ends, if any; answers with those that begin.

    Rank and kind of contract go along. Raises AppointmentPeriodInvalid.
    """
    ended = [former for former in moves.values() if former is not None]
    statement = select(Appointment).where(is_among(Appointment.id, ended))
    formers = {former.person_id: former for former in session.scalars(statement)}
    ending = update(Appointment).where(is_among(Appointment.id, ended)).values(valid_to=to.day)
    begun = {person_id: uuid4() for person_id in moves}
    with periods_apart(AppointmentPeriodInvalid):
        session.execute(ending, execution_options=APART)
        rows = (
            _row(appointment_id, person_id, formers.get(person_id), to, basis)
            for person_id, appointment_id in begun.items()
        )
        copy_rows(session, Appointment.__tablename__, COLUMNS, rows)
    details = ((person_id, _details(to, formers.get(person_id))) for person_id in moves)
    audit.record_many(session, actor, PersonAuditTag.APPOINTED, details, basis)
    return begun


def _row(
    appointment_id: UUID,
    person_id: UUID,
    former: Appointment | None,
    to: Destination,
    basis: Basis,
) -> tuple[Any, ...]:
    return (
        appointment_id,
        person_id,
        to.organisation_id,
        _position(to, former),
        former.rank if former else None,
        former.contract_type.value if former and former.contract_type else None,
        True,
        to.day,
        basis.document_number,
        basis.document_date,
    )


def _position(to: Destination, former: Appointment | None) -> str | None:
    return to.position or (former.position if former else None)


def _details(to: Destination, former: Appointment | None) -> dict[str, Any]:
    return {
        "organisation": str(to.organisation_id),
        "position": _position(to, former),
        "valid_from": to.day.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Moved:
    """What is taken back of one person."""

    person_id: UUID
    before: UUID | None
    ended_before: date | None
    """The end that the former appointment had before it was cut."""
    after: UUID


def move_back(
    session: Session, actor: Actor, moved: Sequence[Moved], day: date, *, basis: Basis
) -> None:
    """As if the moves of that day had not been: what began lasts no day, what ended goes on.

    The empty appointments stay, so that the history shows that there was something.
    Raises AppointmentPeriodInvalid.
    """
    begun = update(Appointment).where(is_among(Appointment.id, [one.after for one in moved]))
    formers = [(one.before, one.ended_before) for one in moved if one.before is not None]
    with periods_apart(AppointmentPeriodInvalid):
        values = {"valid_to": Appointment.valid_from}
        session.execute(begun.values(values), execution_options=APART)
        if formers:
            session.execute(_reopened(formers), execution_options=APART)
    details = ((one.person_id, _taken_back(one, day)) for one in moved)
    audit.record_many(session, actor, PersonAuditTag.APPOINTMENT_ENDED, details, basis)


def _reopened(formers: Iterable[tuple[UUID, date | None]]) -> Any:
    ids, ends = zip(*formers, strict=True)
    ended = (
        func.unnest(cast(list(ids), ARRAY(Uuid)), cast(list(ends), ARRAY(Date)))
        .table_valued("id", "valid_to")
        .render_derived()
    )
    statement = update(Appointment).where(Appointment.id == ended.c.id)
    return statement.values(valid_to=ended.c.valid_to)


def _taken_back(one: Moved, day: date) -> dict[str, Any]:
    return {
        "appointment": str(one.after),
        "on": day.isoformat(),
        "goes_on": str(one.before) if one.before else None,
    }
