"""Lists of people with their accounts, a page at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from console.accounts.queries import primary_addresses
from console.found import MANY, Ways, apart, counted, look
from console.people.filters import Appointed, PeopleFilter
from console.unclear import FilterUnclear, organisations_below
from identity.accounts.models import Account, AccountStatus
from identity.names.search import matches
from identity.organisations.models import Organisation
from identity.people.models import Appointment, ContractType, Person, Sex
from identity.people.queries import in_force
from kernel.database import is_among
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

PAGE = 50
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
    is_exact: bool
    """Or there are more than `count`."""


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
    if wanted.unclear:
        return PeoplePage([], None, 0, is_exact=True)
    after = _position(wanted.cursor) if wanted.cursor is not None else ()
    below = organisations_below(session, wanted)
    ways = _ways(below, wanted, day)
    looked = look(session, ways, after, most=PAGE + 1, counted=counted(wanted.q, len(below)))
    if looked.is_exact:
        statement = select(*COLUMNS).outerjoin(Account, Account.person_id == Person.id)
        statement = statement.where(is_among(Person.id, looked.ids))
    else:
        statement = _narrowed(below, select(*COLUMNS), wanted, day)
        if after:
            statement = statement.where(tuple_(*ORDER) > after)
    found = session.execute(statement.order_by(*ORDER).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    return PeoplePage(
        _rows(session, shown, day),
        encode_cursor(last.sort_key, str(last.id)) if last is not None else None,
        looked.count,
        looked.is_exact,
    )


def all_people(session: Session, wanted: PeopleFilter, day: date) -> Iterator[PersonRow]:
    """The whole list, read as it is written out: 100,000 rows never are in memory together."""
    below = organisations_below(session, wanted)
    statement = _narrowed(below, select(*COLUMNS), wanted, day).order_by(*ORDER)
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
        .where(is_among(Appointment.person_id, person_ids), in_force(day))
        .order_by(
            Appointment.person_id,
            Appointment.is_primary.desc(),
            Appointment.valid_from,
            Appointment.id,
        )
    )
    return {row[0]: Place(*row[1:]) for row in session.execute(statement)}


def _ways(below: Sequence[UUID], wanted: PeopleFilter, day: date) -> Ways:
    """Each way of finding whom a filter means."""
    people = select(*ORDER).where(*_conditions(below, wanted, day))
    if wanted.status is not None:
        people = people.join(Account, Account.person_id == Person.id)
    return [people.where(way) for way in apart(_found_by(wanted.q))] if wanted.q else [people]


def list_accounts_of(session: Session, wanted: PeopleFilter, day: date) -> list[UUID]:
    """The accounts of all whom the filter finds."""
    below = organisations_below(session, wanted)
    statement = _narrowed(below, select(Account.id).select_from(Person), wanted, day)
    return list(session.scalars(statement.where(Account.id.is_not(None))))


def list_without_account(session: Session, wanted: PeopleFilter, day: date) -> list[UUID]:
    statement = _narrowed(organisations_below(session, wanted), select(Person.id), wanted, day)
    return list(session.scalars(statement.where(Account.id.is_(None))))


def count_without_account(session: Session, wanted: PeopleFilter, day: date) -> int:
    statement = _narrowed(
        organisations_below(session, wanted), select(func.count(Person.id)), wanted, day
    )
    return session.scalar(statement.where(Account.id.is_(None))) or 0


def _narrowed(
    below: Sequence[UUID], statement: Select[*tuple[Any, ...]], wanted: PeopleFilter, day: date
) -> Select[*tuple[Any, ...]]:
    """People whom a filter finds; `statement` selects from Person and perhaps Account.

    Raises FilterUnclear.
    """
    if wanted.unclear:
        raise FilterUnclear(wanted.unclear)
    statement = statement.outerjoin(Account, Account.person_id == Person.id)
    if wanted.q:
        statement = statement.where(or_(*_found_by(wanted.q)))
    return statement.where(*_conditions(below, wanted, day))


def _conditions(
    below: Sequence[UUID], wanted: PeopleFilter, day: date
) -> list[ColumnElement[bool]]:
    """All but the text."""
    found: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        found.append(Account.status == wanted.status)
    if wanted.without_account:
        found.append(_lacks(lambda person: Account.person_id == person))
    if wanted.under is not None or wanted.contract is not None:
        found.append(_works_there(below, wanted, day))
    if wanted.appointed is not None:
        found.append(_appointed(wanted.appointed, day))
    return found


def _works_there(below: Sequence[UUID], wanted: PeopleFilter, day: date) -> ColumnElement[bool]:
    here = select(Appointment.person_id).where(in_force(day))
    if wanted.contract is not None:
        here = here.where(Appointment.contract_type == wanted.contract)
    if wanted.under is not None:
        here = here.where(is_among(Appointment.organisation_id, below))
        if len(below) > MANY:  # nearly everybody is: each is asked of alone, until there are enough
            of_person = here.where(Appointment.person_id == Person.id).limit(1)
            return of_person.scalar_subquery().is_not(None)
    return Person.id.in_(here)


def _appointed(wanted: Appointed, day: date) -> ColumnElement[bool]:
    if wanted is Appointed.NOWHERE:
        return _lacks(lambda person: and_(Appointment.person_id == person, in_force(day)))
    concurrent = select(Appointment.person_id).where(in_force(day), ~Appointment.is_primary)
    return Person.id.in_(concurrent)


def _lacks(
    of_person: Callable[[InstrumentedAttribute[UUID]], ColumnElement[bool]],
) -> ColumnElement[bool]:
    """Whom no such row belongs to. Told from indexes alone, which are in the order of ids."""
    everybody = aliased(Person)
    return Person.id.in_(select(everybody.id).where(~exists().where(of_person(everybody.id))))


def _found_by(text: str) -> list[ColumnElement[bool]]:
    """Each with an index of its own."""
    logins = select(Account.person_id).where(
        Account.login.startswith(text.lower(), autoescape=True), Account.person_id.is_not(None)
    )
    numbered = Person.staff_number.startswith(text, autoescape=True)
    return [
        matches(Person.search_key, text),
        and_(Person.staff_number.is_not(None), numbered),
        Person.id.in_(logins),
    ]


def _position(cursor: str) -> tuple[str, UUID]:
    sort_key, identifier = decode_cursor(cursor, 2)
    try:
        return sort_key, UUID(identifier)
    except ValueError as error:
        raise CursorInvalid from error
