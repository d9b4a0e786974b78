"""Finding one account by what somebody types of its login or its holder's name."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus
from identity.names.search import matches
from identity.people.models import Person

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    login: str
    display_name: str
    status: AccountStatus


def find_people_with_accounts(session: Session, typed: str) -> list[Found]:
    """Personal accounts that are not closed; whose login is just this comes first."""
    beginning = typed.strip().lower()
    if not beginning:
        return []
    statement = (
        select(Account.login, Account.display_name, Account.status)
        .join(Person, Person.id == Account.person_id)
        .where(
            Account.kind == AccountKind.PERSONAL,
            Account.status != AccountStatus.CLOSED,
            or_(
                matches(Person.search_key, typed),
                Account.login.startswith(beginning, autoescape=True),
            ),
        )
        .order_by((Account.login == beginning).desc(), Person.sort_key, Account.login)
        .limit(SHOWN)
    )
    return [Found(*row) for row in session.execute(statement)]
