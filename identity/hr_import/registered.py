"""The people of the registry whom the rows of a file may be about, fetched in bulk."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, DATE
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import Uuid

from identity.accounts.models import Account, AccountStatus
from identity.people.models import Appointment, Person
from identity.people.queries import in_force


@dataclass(slots=True)
class Registered:
    """A person with current appointments and account."""

    person: Person
    appointments: list[Appointment] = field(default_factory=list)
    """Those in force, the primary one first."""
    account: Account | None = None
    next_primary: date | None = None
    """When a primary appointment after the day asked about begins."""

    @property
    def has_closed_account(self) -> bool:
        return self.account is not None and self.account.status is AccountStatus.CLOSED

    @property
    def primary(self) -> Appointment | None:
        return next((item for item in self.appointments if item.is_primary), None)

    def appointment_in(self, organisation_id: UUID) -> Appointment | None:
        for appointment in self.appointments:
            if appointment.organisation_id == organisation_id:
                return appointment
        return None


def among(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Collection[Any], kind: Any
) -> ColumnElement[bool]:
    """`column = ANY(array)`: one parameter, however many values."""
    return column == any_(literal(list(values), ARRAY(kind)))


class RegisteredPeople:
    """Lookup by number, and by name with birth date for proposals."""

    def __init__(self, session: Session, day: date) -> None:
        self._session = session
        self._day = day
        self._by_id: dict[UUID, Registered] = {}
        self._by_citizen_index: dict[bytes, Registered] = {}
        self._by_staff_number: dict[str, Registered] = {}
        self._by_name: dict[str, list[Registered]] = defaultdict(list)

    def load(
        self,
        citizen_indexes: Collection[bytes],
        staff_numbers: Collection[str],
        names_and_birth_dates: Iterable[tuple[str, date | None]],
    ) -> None:
        """Fetch everybody who has one of these numbers, or one of these names."""
        names, dates = set(), set()
        for name, birth_date in names_and_birth_dates:
            names.add(name)
            dates.add(birth_date)
        same_name = among(Person.search_key, names, Text)
        if None not in dates:  # a form without birth dates may mean anybody of that name
            same_name &= Person.birth_date.is_(None) | among(Person.birth_date, dates, DATE)
        statement = select(Person).where(
            or_(
                among(Person.citizen_number_index, citizen_indexes, BYTEA),
                among(Person.staff_number, staff_numbers, Text),
                same_name,
            )
        )
        for person in self._session.scalars(statement):
            self._add(Registered(person))
        self._load_details()

    def load_people(self, person_ids: Collection[UUID]) -> None:
        missing = [identifier for identifier in person_ids if identifier not in self._by_id]
        statement = select(Person).where(among(Person.id, missing, Uuid))
        for person in self._session.scalars(statement):
            self._add(Registered(person))
        self._load_details()

    def _add(self, registered: Registered) -> None:
        person = registered.person
        self._by_id[person.id] = registered
        self._by_name[person.search_key].append(registered)
        if person.citizen_number_index is not None:
            self._by_citizen_index[person.citizen_number_index] = registered
        if person.staff_number is not None:
            self._by_staff_number[person.staff_number] = registered

    def _load_details(self) -> None:
        ids = [key for key, found in self._by_id.items() if not found.appointments]
        appointments = (
            select(Appointment)
            .where(
                among(Appointment.person_id, ids, Uuid),
                in_force(self._day) | self._begins_later(),
            )
            .order_by(Appointment.is_primary.desc(), Appointment.valid_from, Appointment.id)
        )
        for appointment in self._session.scalars(appointments):
            found = self._by_id[appointment.person_id]
            if appointment.valid_from > self._day:
                found.next_primary = found.next_primary or appointment.valid_from
            else:
                found.appointments.append(appointment)
        accounts = select(Account).where(among(Account.person_id, ids, Uuid))
        for account in self._session.scalars(accounts):
            if account.person_id is not None:
                self._by_id[account.person_id].account = account

    def _begins_later(self) -> ColumnElement[bool]:
        """A primary appointment in the way of one that begins on the day and is open."""
        is_real = Appointment.valid_to.is_(None) | (Appointment.valid_to > Appointment.valid_from)
        return Appointment.is_primary & (Appointment.valid_from > self._day) & is_real

    def find(self, person_id: UUID) -> Registered | None:
        return self._by_id.get(person_id)

    def with_citizen_index(self, index: bytes) -> Registered | None:
        return self._by_citizen_index.get(index)

    def with_staff_number(self, staff_number: str) -> Registered | None:
        return self._by_staff_number.get(staff_number)

    def named(self, search_key: str, birth_date: date | None) -> list[Registered]:
        """Namesakes whose birth date does not differ. A proposal, never a match."""
        return [
            found
            for found in self._by_name.get(search_key, [])
            if not birth_date
            or not found.person.birth_date
            or found.person.birth_date == birth_date
        ]
