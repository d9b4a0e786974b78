"""Choosing one account by what somebody types of its login or its holder's name.

`choose_account.html` is the page for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import select, union
from sqlalchemy.orm import Session

from console.found import PLANNED
from identity.accounts.models import Account, AccountKind, AccountStatus
from identity.names.search import matches
from identity.people.models import Person

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    login: str
    display_name: str
    status: AccountStatus


@dataclass(frozen=True, slots=True)
class Sought:
    """What the address of a page says of an account: its login once it is chosen."""

    typed: str
    login: str

    def found(self, session: Session) -> Sequence[Found]:
        return find_people_with_accounts(session, self.typed) if self.typed else ()


def sought(
    q: Annotated[str, Query(max_length=100)] = "",
    login: Annotated[str, Query(max_length=64)] = "",
) -> Sought:
    return Sought(q.replace("\0", "").strip(), login.replace("\0", ""))


SoughtAccount = Annotated[Sought, Depends(sought)]


def find_people_with_accounts(session: Session, typed: str) -> list[Found]:
    """Personal accounts that are not closed; whose login is just this comes first."""
    session.execute(PLANNED)
    beginning = typed.lower()
    by_login = Account.login.startswith(beginning, autoescape=True)
    by_name = Account.person_id.in_(select(Person.id).where(matches(Person.search_key, typed)))
    ways = union(
        *(select(Account.id).where(way) for way in (by_login, by_name))
    )  # each by its index
    statement = (
        select(Account.login, Account.display_name, Account.status)
        .join(Person, Person.id == Account.person_id)
        .where(
            Account.kind == AccountKind.PERSONAL,
            Account.status != AccountStatus.CLOSED,
            Account.id.in_(ways),
        )
        .order_by((Account.login == beginning).desc(), Person.sort_key, Account.login)
        .limit(SHOWN)
    )
    return [Found(*row) for row in session.execute(statement)]
