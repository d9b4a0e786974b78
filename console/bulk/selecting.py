"""Whom something is to be done to: ticked one by one, or all that a list shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from console.accounts.filters import NARROWING as OF_ACCOUNTS
from console.accounts.filters import AccountsFilter, accounts_filter
from console.accounts.queries import list_account_ids
from console.bulk.addresses import MOVE_PATH, NEW_PATH
from console.desk import Desk
from console.people.filters import ALL_PEOPLE, PeopleFilter, people_filter
from console.people.filters import NARROWING as OF_PEOPLE
from console.people.queries import count_without_account, list_accounts_of, list_without_account
from console.unclear import FilterUnclear, misread
from kernel.clock import office_day
from kernel.messages import Message

MOST_SELECTED = 1000
"""One by one; all that match have no such limit."""
EVERYTHING = "tat-ca"
ALL_ACCOUNTS = "1"
LIST = Message("Danh sách", "List")
BESIDE = {EVERYTHING, "lang", "account", "person", "action"}
"""In the address for all of a list, besides what narrows it; who was ticked before is among all."""


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
    request: Request,
    accounts: Annotated[AccountsFilter, Depends(accounts_filter)],
    people: Annotated[PeopleFilter, Depends(people_filter)],
    account: Annotated[list[UUID] | None, Query(max_length=MOST_SELECTED)] = None,
    person: Annotated[list[UUID] | None, Query(max_length=MOST_SELECTED)] = None,
    everything: Annotated[str, Query(alias=EVERYTHING, max_length=10)] = "",
) -> Selection:
    """Raises FilterUnclear: "all" is never more than what a list has shown."""
    if not everything:
        return Selection(tuple(account or ()), tuple(person or ()))
    if everything not in {ALL_ACCOUNTS, ALL_PEOPLE}:
        raise FilterUnclear([misread(LIST, everything, EVERYTHING)])
    of_people = everything == ALL_PEOPLE
    given = request.query_params
    unknown = given.keys() - (OF_PEOPLE if of_people else OF_ACCOUNTS) - BESIDE
    unclear = [*(people if of_people else accounts).unclear]
    unclear += [misread(Message(name, name), given[name], name) for name in sorted(unknown)]
    if unclear:
        raise FilterUnclear(unclear)
    return Selection(people=people) if of_people else Selection(accounts=accounts)


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
