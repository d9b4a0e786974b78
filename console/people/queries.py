"""Lists of people with their accounts, a page at a time."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from console.people.filters import PeopleFilter
from identity.accounts.models import Account, AccountStatus
from identity.names.search import matches
from identity.organisations.queries import list_subtree
from identity.people.models import Appointment, Person
from identity.people.queries import Place, in_force, places_on
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

PAGE = 50
COUNTED = 10_000
"""Beyond it the number is not told exactly: nobody reads on, and counting would take longer."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: UUID
    full_name: str
    staff_number: str | None
    login: str | None
    status: AccountStatus | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    rows: list[PersonRow]
    next_cursor: str | None
    count: int
    """At most COUNTED + 1."""

    @property
    def is_exact(self) -> bool:
        return self.count <= COUNTED


def list_people(session: Session, wanted: PeopleFilter, day: date) -> PeoplePage:
    """In Vietnamese order: by given name, then family and middle name."""
    order = (Person.sort_key, Person.id)
    columns = (
        Person.id,
        Person.full_name,
        Person.staff_number,
        Account.login,
        Account.status,
        Person.sort_key,
    )
    statement = _narrowed(session, select(*columns), wanted, day)
    if wanted.cursor is not None:
        statement = statement.where(tuple_(*order) > _position(wanted.cursor))
    found = session.execute(statement.order_by(*order).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    places = places_on(session, [row.id for row in shown], day)
    last = shown[-1] if len(found) > PAGE else None
    return PeoplePage(
        [_row(row, places.get(row.id)) for row in shown],
        encode_cursor(last.sort_key, str(last.id)) if last is not None else None,
        _count(session, wanted, day),
    )


def _row(row: Row[*tuple[Any, ...]], place: Place | None) -> PersonRow:
    return PersonRow(row.id, row.full_name, row.staff_number, row.login, row.status, place)


def _count(session: Session, wanted: PeopleFilter, day: date) -> int:
    few = _narrowed(session, select(Person.id), wanted, day).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def _narrowed(
    session: Session, statement: Select[*tuple[Any, ...]], wanted: PeopleFilter, day: date
) -> Select[*tuple[Any, ...]]:
    statement = statement.outerjoin(Account, Account.person_id == Person.id)
    if wanted.q:
        statement = statement.where(_found_by(wanted.q))
    if wanted.status is not None:
        statement = statement.where(Account.status == wanted.status)
    if wanted.under is not None:
        here = select(Appointment.person_id).where(
            in_force(day), Appointment.organisation_id.in_(list_subtree(session, wanted.under))
        )
        statement = statement.where(Person.id.in_(here))
    return statement


def _found_by(text: str) -> ColumnElement[bool]:
    beginning = text.lower()
    return or_(
        matches(Person.search_key, text),
        Account.login.startswith(beginning, autoescape=True),
        Person.staff_number.startswith(text, autoescape=True),
    )


def _position(cursor: str) -> tuple[str, UUID]:
    sort_key, identifier = decode_cursor(cursor, 2)
    try:
        return sort_key, UUID(identifier)
    except ValueError as error:
        raise CursorInvalid from error
