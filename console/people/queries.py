"""Lists of people with their accounts, a page at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from console.accounts.queries import primary_addresses
from console.people.filters import Appointed, PeopleFilter
from identity.accounts.models import Account, AccountStatus
from identity.names.search import matches
from identity.organisations.models import Organisation
from identity.organisations.queries import list_subtree
from identity.people.models import Appointment, ContractType, Person, Sex
from identity.people.queries import in_force
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

PAGE = 50
COUNTED = 10_000
"""Beyond it the number is not told exactly: nobody reads on, and counting would take longer."""
BATCH = 1000
"""People of a list that are read together for a file."""


class Place(NamedTuple):
    """Where somebody works, as lists show it beside the name."""

    organisation_name: str
    position: str | None
    rank: str | None
    contract_type: ContractType | None
    since: date


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: UUID
    full_name: str
    staff_number: str | None
    birth_date: date | None
    sex: Sex | None
    login: str | None
    status: AccountStatus | None
    place: Place | None
    address: str | None
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    rows: list[PersonRow]
    next_cursor: str | None
    count: int
    """At most COUNTED + 1."""

    @property
    def is_exact(self) -> bool:
        return self.count <= COUNTED


COLUMNS = (
    Person.id,
    Person.full_name,
    Person.staff_number,
    Person.birth_date,
    Person.sex,
    Account.login,
    Account.status,
    Account.id.label("account_id"),
    Person.sort_key,
)
ORDER = (Person.sort_key, Person.id)


def list_people(session: Session, wanted: PeopleFilter, day: date) -> PeoplePage:
    """In Vietnamese order: by given name, then family and middle name."""
    statement = narrowed(session, select(*COLUMNS), wanted, day)
    if wanted.cursor is not None:
        statement = statement.where(tuple_(*ORDER) > _position(wanted.cursor))
    found = session.execute(statement.order_by(*ORDER).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    return PeoplePage(
        _rows(session, shown, day),
        encode_cursor(last.sort_key, str(last.id)) if last is not None else None,
        _count(session, wanted, day),
    )


def all_people(session: Session, wanted: PeopleFilter, day: date) -> Iterator[PersonRow]:
    """The whole list, read as it is written out: 100,000 rows never are in memory together."""
    statement = narrowed(session, select(*COLUMNS), wanted, day).order_by(*ORDER)
    found = session.execute(statement.execution_options(yield_per=BATCH))
    for part in found.partitions():
        yield from _rows(session, part, day)


def _rows(session: Session, found: Sequence[Any], day: date) -> list[PersonRow]:
    places = _places(session, [row.id for row in found], day)
    addresses = primary_addresses(session, [row.account_id for row in found if row.account_id])
    return [
        PersonRow(
            row.id,
            row.full_name,
            row.staff_number,
            row.birth_date,
            row.sex,
            row.login,
            row.status,
            places.get(row.id),
            addresses.get(row.account_id),
            row.account_id,
        )
        for row in found
    ]


def _places(session: Session, person_ids: Collection[UUID], day: date) -> dict[UUID, Place]:
    """Person to the primary appointment on a day, or another one for want of it."""
    statement = (
        select(
            Appointment.person_id,
            Organisation.name,
            Appointment.position,
            Appointment.rank,
            Appointment.contract_type,
            Appointment.valid_from,
        )
        .ext(distinct_on(Appointment.person_id))
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(Appointment.person_id.in_(person_ids), in_force(day))
        .order_by(
            Appointment.person_id,
            Appointment.is_primary.desc(),
            Appointment.valid_from,
            Appointment.id,
        )
    )
    return {row[0]: Place(*row[1:]) for row in session.execute(statement)}


def _count(session: Session, wanted: PeopleFilter, day: date) -> int:
    few = narrowed(session, select(Person.id), wanted, day).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def list_accounts_of(session: Session, wanted: PeopleFilter, day: date) -> list[UUID]:
    """The accounts of all whom the filter finds."""
    statement = narrowed(session, select(Account.id).select_from(Person), wanted, day)
    return list(session.scalars(statement.where(Account.id.is_not(None))))


def count_without_account(session: Session, wanted: PeopleFilter, day: date) -> int:
    statement = narrowed(session, select(func.count(Person.id)), wanted, day)
    return session.scalar(statement.where(Account.id.is_(None))) or 0


def narrowed(
    session: Session, statement: Select[*tuple[Any, ...]], wanted: PeopleFilter, day: date
) -> Select[*tuple[Any, ...]]:
    """People whom a filter finds; `statement` selects from Person and perhaps Account."""
    statement = statement.outerjoin(Account, Account.person_id == Person.id)
    if wanted.q:
        statement = statement.where(_found_by(wanted.q))
    if wanted.status is not None:
        statement = statement.where(Account.status == wanted.status)
    if wanted.without_account:
        statement = statement.where(Account.id.is_(None))
    if wanted.under is not None or wanted.contract is not None:
        here = select(Appointment.person_id).where(in_force(day))
        if wanted.under is not None:
            below = list_subtree(session, wanted.under)
            here = here.where(Appointment.organisation_id.in_(below))
        if wanted.contract is not None:
            here = here.where(Appointment.contract_type == wanted.contract)
        statement = statement.where(Person.id.in_(here))
    if wanted.appointed is not None:
        statement = statement.where(_appointed(wanted.appointed, day))
    return statement


def _appointed(wanted: Appointed, day: date) -> ColumnElement[bool]:
    of_person = exists().where(Appointment.person_id == Person.id, in_force(day))
    if wanted is Appointed.NOWHERE:
        return ~of_person
    concurrent = select(Appointment.person_id).where(in_force(day), ~Appointment.is_primary)
    return Person.id.in_(concurrent)


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
