"""Whom something is to be done to: ticked one by one, or all that a list shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy.orm import Session

from console.accounts.filters import AccountsFilter, accounts_filter
from console.accounts.queries import list_account_ids
from console.bulk.addresses import MOVE_PATH, NEW_PATH
from console.desk import Desk
from console.people.filters import ALL_PEOPLE, PeopleFilter, people_filter
from console.people.queries import count_without_account, list_accounts_of, list_without_account
from kernel.clock import office_day

MOST_SELECTED = 1000
"""One by one; all that match have no such limit."""


@dataclass(frozen=True, slots=True)
class Selection:
    account_ids: tuple[UUID, ...] = ()
    person_ids: tuple[UUID, ...] = ()
    """People who had no account when they were ticked."""
    accounts: AccountsFilter | None = None
    """All that this finds."""
    people: PeopleFilter | None = None
    """All people whom this finds."""

    def resolve(self, session: Session, now: datetime) -> list[UUID]:
        """The accounts."""
        if self.people is not None:
            return list_accounts_of(session, self.people, office_day(now))
        if self.accounts is not None:
            return list_account_ids(session, self.accounts, now)
        return list(dict.fromkeys(self.account_ids))

    def without_account(self, session: Session, now: datetime) -> list[UUID]:
        """People who can only be moved."""
        if self.people is None:
            return list(dict.fromkeys(self.person_ids))
        return list_without_account(session, self.people, office_day(now))

    def count_without_account(self, session: Session, now: datetime) -> int:
        if self.people is None:
            return len(set(self.person_ids))
        return count_without_account(session, self.people, office_day(now))


def selection_of(
    accounts: Annotated[AccountsFilter, Depends(accounts_filter)],
    people: Annotated[PeopleFilter, Depends(people_filter)],
    account: Annotated[list[UUID] | None, Query(max_length=MOST_SELECTED)] = None,
    person: Annotated[list[UUID] | None, Query(max_length=MOST_SELECTED)] = None,
    everything: Annotated[str, Query(alias="tat-ca", max_length=10)] = "",
) -> Selection:
    if everything == ALL_PEOPLE:
        return Selection(people=people)
    if everything:
        return Selection(accounts=accounts)
    return Selection(tuple(account or ()), tuple(person or ()))


Selected = Annotated[Selection, Depends(selection_of)]


def shown_selection(desk: Desk, selected: Selection) -> dict[str, Any]:
    """What forms say of who is chosen, and the addresses of them all for the same choice."""
    with desk.db.transaction() as session:
        count = len(selected.resolve(session, desk.now))
        without_account = selected.count_without_account(session, desk.now)
    query = f"?{desk.request.url.query}" if desk.request.url.query else ""
    return {
        "count": count,
        "without_account": without_account,
        "new_address": NEW_PATH + query,
        "move_address": MOVE_PATH + query,
    }
