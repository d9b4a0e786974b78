"""Choosing one account by what somebody types of its login or its holder's name.

`choose_account.html` is the page for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from console.found import PLANNED
from identity.accounts.errors import AccountNotFound
from identity.accounts.models import Account, AccountKind, AccountStatus
from identity.names.search import matches
from identity.people.models import Person
from identity.people.queries import Place, places_on

SHOWN = 20
SHOWN_OF = (Account.person_id, Account.login, Account.display_name, Account.status)


@dataclass(frozen=True, slots=True)
class Found:
    person_id: UUID
    login: str
    display_name: str
    status: AccountStatus
    place: Place | None = None
    """Where they work: names repeat."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What the address of a page says of an account: its login once it is chosen."""

    typed: str
    login: str

    def found(self, session: Session, day: date) -> Sequence[Found]:
        return find_people_with_accounts(session, self.typed, day) if self.typed else ()


def sought(
    q: Annotated[str, Query(max_length=100)] = "",
    login: Annotated[str, Query(max_length=64)] = "",
) -> Sought:
    return Sought(q.replace("\0", "").strip(), login.replace("\0", ""))


SoughtAccount = Annotated[Sought, Depends(sought)]


def find_people_with_accounts(session: Session, typed: str, day: date) -> list[Found]:
    """Personal accounts that are not closed; whose login is just this comes first."""
    session.execute(PLANNED)
    beginning = typed.lower()
    by_login = Account.login.startswith(beginning, autoescape=True)
    by_name = Account.person_id.in_(select(Person.id).where(matches(Person.search_key, typed)))
    ways = union(
        *(select(Account.id).where(way) for way in (by_login, by_name))
    )  # each by its index
    statement = (
        select(*SHOWN_OF)
        .join(Person, Person.id == Account.person_id)
        .where(
            Account.kind == AccountKind.PERSONAL,
            Account.status != AccountStatus.CLOSED,
            Account.id.in_(ways),
        )
        .order_by((Account.login == beginning).desc(), Person.sort_key, Account.login)
        .limit(SHOWN)
    )
    return _placed(session, statement, day)


def get_person_with_account(session: Session, login: str, day: date) -> Found:
    """The one who was chosen. Raises AccountNotFound, also for accounts of nobody."""
    statement = select(*SHOWN_OF).where(Account.login == login, Account.person_id.is_not(None))
    found = _placed(session, statement, day)
    if not found:
        raise AccountNotFound(login)
    return found[0]


def _placed(session: Session, statement: Select[*tuple[Any, ...]], day: date) -> list[Found]:
    rows = session.execute(statement).all()
    places = places_on(session, [row.person_id for row in rows], day)
    return [
        Found(row.person_id, row.login, row.display_name, row.status, places.get(row.person_id))
        for row in rows
    ]
