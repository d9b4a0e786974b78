"""Lists of accounts, a page at a time, and all that a filter finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union
from sqlalchemy.orm import Session

from console.accounts.filters import AccountsFilter
from console.found import MANY, Ways, apart, counted, look
from console.unclear import FilterUnclear, organisations_below
from identity.accounts.models import Account, AccountKind, AccountStatus, Mailbox
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.names.search import matches
from identity.organisations.models import Organisation
from identity.people.models import Appointment, Person
from identity.people.queries import in_force, places_on
from kernel.clock import office_day
from kernel.database import is_among
from kernel.paging import decode_cursor, encode_cursor

PAGE = 50


@dataclass(frozen=True, slots=True)
class AccountRow:
    id: UUID
    login: str
    kind: AccountKind
    name: str
    status: AccountStatus
    organisation: str | None
    address: str | None
    quota_bytes: int | None
    has_mailbox: bool


@dataclass(frozen=True, slots=True)
class AccountsPage:
    rows: list[AccountRow]
    next_cursor: str | None
    count: int
    is_exact: bool
    """Or there are more than `count`."""


def list_accounts(session: Session, wanted: AccountsFilter, now: datetime) -> AccountsPage:
    """In the order of logins."""
    if wanted.unclear:
        return AccountsPage([], None, 0, is_exact=True)
    columns = (
        Account.id,
        Account.login,
        Account.kind,
        func.coalesce(Person.full_name, Account.display_name).label("name"),
        Account.status,
        Account.person_id,
        Account.organisation_id,
        Mailbox.quota_bytes,
        Mailbox.account_id.label("mailbox_id"),
    )
    after = decode_cursor(wanted.cursor, 1) if wanted.cursor is not None else []
    below = organisations_below(session, wanted)
    ways = _ways(below, wanted, now)
    looked = look(session, ways, after, most=PAGE + 1, counted=counted(wanted.q, len(below)))
    statement = (
        select(*columns)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Mailbox, Mailbox.account_id == Account.id)
    )
    if looked.is_exact:
        statement = statement.where(is_among(Account.id, looked.ids))
    else:
        statement = statement.outerjoin(Organisation, Organisation.id == Account.organisation_id)
        statement = statement.where(*_conditions(wanted, now))
        if wanted.under is not None:
            statement = statement.where(or_(*_of_organisations(below, now)))
        if wanted.q:
            statement = statement.where(_is_meant(wanted.q))
        if after:
            statement = statement.where(Account.login > after[0])
    found = session.execute(statement.order_by(Account.login).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    return AccountsPage(
        _rows(session, shown, now),
        encode_cursor(shown[-1].login) if len(found) > PAGE else None,
        looked.count,
        looked.is_exact,
    )


def _rows(session: Session, shown: Sequence[Any], now: datetime) -> list[AccountRow]:
    people = [row.person_id for row in shown if row.person_id]
    places = places_on(session, people, office_day(now))
    names = organisation_names(session, [row.organisation_id for row in shown])
    addresses = primary_addresses(session, [row.id for row in shown])
    found = []
    for row in shown:
        place = places.get(row.person_id)
        found.append(
            AccountRow(
                row.id,
                row.login,
                row.kind,
                row.name,
                row.status,
                place.organisation_name if place else names.get(row.organisation_id),
                addresses.get(row.id),
                row.quota_bytes,
                row.mailbox_id is not None,
            )
        )
    return found


def organisation_names(session: Session, ids: Sequence[UUID | None]) -> dict[UUID, str]:
    wanted = {identifier for identifier in ids if identifier is not None}
    statement = select(Organisation.id, Organisation.name).where(is_among(Organisation.id, wanted))
    return dict(session.execute(statement).all())


def primary_addresses(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, str]:
    statement = (
        select(Address.account_id, Address.local_part, MailDomain.name)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .where(is_among(Address.account_id, account_ids), Address.role == AddressRole.PRIMARY)
    )
    return {
        account_id: f"{local_part}@{domain}"
        for account_id, local_part, domain in session.execute(statement)
        if account_id is not None
    }


def list_account_ids(session: Session, wanted: AccountsFilter, now: datetime) -> list[UUID]:
    """All that the filter finds. Raises FilterUnclear."""
    if wanted.unclear:
        raise FilterUnclear(wanted.unclear)
    found = select(Account.id).where(*_conditions(wanted, now))
    if wanted.under is not None:
        found = found.where(or_(*_of_organisations(organisations_below(session, wanted), now)))
    if wanted.q:
        # each way of finding by itself, so that each has its index
        ways = union(*(select(Account.id).where(way) for way in _found_by(wanted.q)))
        found = found.where(Account.id.in_(ways))
    return list(session.scalars(found))


def _ways(below: Sequence[UUID], wanted: AccountsFilter, now: datetime) -> Ways:
    """Whose an account is, times what it is found by."""
    accounts = select(Account.login, Account.id).where(*_conditions(wanted, now))
    places = [accounts]
    if wanted.under is not None:
        places = [accounts.where(one) for one in _of_organisations(below, now)]
    if not wanted.q:
        return places
    return [place.where(way) for place in places for way in apart(_found_by(wanted.q))]


def _conditions(wanted: AccountsFilter, now: datetime) -> list[ColumnElement[bool]]:
    """All but the text and the organisation."""
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(Account.kind == wanted.kind)
    if wanted.status is not None:
        found.append(Account.status == wanted.status)
    if wanted.older is not None:
        before = now - timedelta(days=wanted.older)
        found += [Account.status == AccountStatus.PENDING, Account.created_at < before]
    return found


def _of_organisations(subtree: Sequence[UUID], now: datetime) -> list[ColumnElement[bool]]:
    """Accounts of their people, and their own."""
    here = select(Appointment.person_id).where(
        in_force(office_day(now)), is_among(Appointment.organisation_id, subtree)
    )
    is_there = Account.person_id.in_(here)
    if len(subtree) > MANY:  # nearly everybody is: each is asked of alone, until there are enough
        of_person = here.where(Appointment.person_id == Account.person_id).limit(1)
        is_there = of_person.scalar_subquery().is_not(None)
    return [
        and_(Account.person_id.is_not(None), is_there),
        and_(Account.person_id.is_(None), is_among(Account.organisation_id, subtree)),
    ]


def _found_by(text: str) -> list[ColumnElement[bool]]:
    """Each with an index of its own."""
    return [
        _by_login(text),
        exists().where(Person.id == Account.person_id, matches(Person.search_key, text)),
        exists().where(
            Organisation.id == Account.organisation_id, matches(Organisation.search_key, text)
        ),
        _by_display_name(text),
        _by_address(text),
    ]


def _is_meant(text: str) -> ColumnElement[bool]:
    """The same of a row with its person and organisation, read in the order of the list."""
    return or_(
        _by_login(text),
        matches(Person.search_key, text),
        matches(Organisation.search_key, text),
        _by_display_name(text),
        _by_address(text),
    )


def _by_login(text: str) -> ColumnElement[bool]:
    return Account.login.startswith(text.lower(), autoescape=True)


def _by_display_name(text: str) -> ColumnElement[bool]:
    named = Account.display_name.icontains(text, autoescape=True)
    return and_(Account.person_id.is_(None), named)


def _by_address(text: str) -> ColumnElement[bool]:
    local_part, _, domain = text.lower().partition("@")
    held = exists().where(Address.account_id == Account.id, Address.role != AddressRole.RETIRED)
    if not domain:
        return held.where(Address.local_part.startswith(local_part, autoescape=True))
    return held.where(
        Address.local_part == local_part,
        MailDomain.id == Address.domain_id,
        MailDomain.name.startswith(domain, autoescape=True),
    )
