"""What an application calls people: thousands of names, searched and shown a page at a time."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.names.search import matches
from identity.people.models import Person
from kernel.paging import decode_cursor, encode_cursor
from sso.clients.models import MappedUsername


@dataclass(frozen=True, slots=True)
class UsernameFilter:
    q: str = ""
    """Words of a name, tone marks optional, or the beginning of a login or of a user name."""
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class KnownUsername:
    account_id: UUID
    login: str
    name: str
    username: str


@dataclass(frozen=True, slots=True)
class UsernamePage:
    rows: list[KnownUsername]
    next_cursor: str | None


def find_usernames(
    session: Session, client: UUID, wanted: UsernameFilter, limit: int
) -> UsernamePage:
    """In the order of logins. Raises CursorInvalid."""
    name = func.coalesce(Person.full_name, Account.display_name)
    columns = select(Account.id, Account.login, name, MappedUsername.username)
    statement = _narrowed(columns, client, wanted.q)
    if wanted.cursor is not None:
        (after,) = decode_cursor(wanted.cursor, 1)
        statement = statement.where(Account.login > after)
    found = session.execute(statement.order_by(Account.login).limit(limit + 1)).all()
    rows = [KnownUsername(*row) for row in found[:limit]]
    return UsernamePage(rows, encode_cursor(rows[-1].login) if len(found) > limit else None)


def count_usernames(session: Session, client: UUID, typed: str = "") -> int:
    return session.scalar(_narrowed(select(func.count()), client, typed)) or 0


def _narrowed(statement: Select[*tuple[Any, ...]], client: UUID, typed: str) -> Any:
    statement = (
        statement.select_from(MappedUsername)
        .join(Account, Account.id == MappedUsername.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(MappedUsername.client_id == client)
    )
    beginning = typed.strip()
    if not beginning:
        return statement
    return statement.where(
        or_(
            Account.login.startswith(beginning.lower(), autoescape=True),
            MappedUsername.username.istartswith(beginning, autoescape=True),
            matches(Person.search_key, beginning),
            Account.display_name.icontains(beginning, autoescape=True),
        )
    )
