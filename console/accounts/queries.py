"""Lists of accounts, a page at a time, and all that a filter finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.orm import Session

from console.accounts.filters import AccountsFilter
from identity.accounts.models import Account, AccountKind, AccountStatus, Mailbox
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.names.search import matches
from identity.organisations.models import Organisation
from identity.organisations.queries import list_subtree
from identity.people.models import Appointment, Person
from identity.people.queries import in_force, places_on
from kernel.clock import office_day
from kernel.paging import decode_cursor, encode_cursor

PAGE = 50
COUNTED = 10_000
"""Beyond it the number is not told exactly: nobody reads on, and counting would take longer."""


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
    """At most COUNTED + 1."""

    @property
    def is_exact(self) -> bool:
        return self.count <= COUNTED


def list_accounts(session: Session, wanted: AccountsFilter, now: datetime) -> AccountsPage:
    """In the order of logins."""
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
    statement = (
        select(*columns)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Mailbox, Mailbox.account_id == Account.id)
    )
    statement = narrowed(session, statement, wanted, now)
    if wanted.cursor is not None:
        (after,) = decode_cursor(wanted.cursor, 1)
        statement = statement.where(Account.login > after)
    found = session.execute(statement.order_by(Account.login).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    return AccountsPage(
        _rows(session, shown, now),
        encode_cursor(shown[-1].login) if len(found) > PAGE else None,
        _count(session, wanted, now),
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
    statement = select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    return dict(session.execute(statement).all())


def primary_addresses(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, str]:
    statement = (
        select(Address.account_id, Address.local_part, MailDomain.name)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .where(Address.account_id.in_(account_ids), Address.role == AddressRole.PRIMARY)
    )
    return {
        account_id: f"{local_part}@{domain}"
        for account_id, local_part, domain in session.execute(statement)
        if account_id is not None
    }


def _count(session: Session, wanted: AccountsFilter, now: datetime) -> int:
    few = narrowed(session, select(Account.id), wanted, now).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def list_account_ids(session: Session, wanted: AccountsFilter, now: datetime) -> list[UUID]:
    """All that the filter finds."""
    return list(session.scalars(narrowed(session, select(Account.id), wanted, now)))


def narrowed(
    session: Session, statement: Select[*tuple[Any, ...]], wanted: AccountsFilter, now: datetime
) -> Select[*tuple[Any, ...]]:
    if wanted.q:
        statement = statement.where(Account.id.in_(_found_by(wanted.q)))
    if wanted.kind is not None:
        statement = statement.where(Account.kind == wanted.kind)
    if wanted.status is not None:
        statement = statement.where(Account.status == wanted.status)
    if wanted.older is not None:
        before = now - timedelta(days=wanted.older)
        statement = statement.where(
            Account.status == AccountStatus.PENDING, Account.created_at < before
        )
    if wanted.under is not None:
        statement = statement.where(_of_organisations(session, wanted.under, now))
    return statement


def _of_organisations(session: Session, under: UUID, now: datetime) -> ColumnElement[bool]:
    subtree = list_subtree(session, under)
    here = select(Appointment.person_id).where(
        in_force(office_day(now)), Appointment.organisation_id.in_(subtree)
    )
    return Account.person_id.in_(here) | Account.organisation_id.in_(subtree)


def _found_by(text: str) -> Any:
    """Each way of finding by itself, so that each has its index."""
    beginning = text.lower()
    local_part, _, domain = beginning.partition("@")
    by_address = (
        select(Address.account_id)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .where(Address.account_id.is_not(None), Address.role != AddressRole.RETIRED)
    )
    if domain:
        by_address = by_address.where(
            Address.local_part == local_part, MailDomain.name.startswith(domain, autoescape=True)
        )
    else:
        by_address = by_address.where(Address.local_part.startswith(local_part, autoescape=True))
    by_person = select(Account.id).join(Person, Person.id == Account.person_id)
    by_organisation = select(Account.id).join(
        Organisation, Organisation.id == Account.organisation_id
    )
    return union(
        select(Account.id).where(Account.login.startswith(beginning, autoescape=True)),
        by_address,
        by_person.where(matches(Person.search_key, text)),
        by_organisation.where(matches(Organisation.search_key, text)),
        select(Account.id).where(
            Account.person_id.is_(None), Account.display_name.icontains(text, autoescape=True)
        ),
    )
