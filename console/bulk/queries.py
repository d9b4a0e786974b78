"""Plans and the rows of one, a page at a time; the accounts that a selection means."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.accounts.filters import AccountsFilter
from console.accounts.queries import list_account_ids
from identity.accounts.models import Account
from identity.bulk.models import BulkPlan, BulkRow, Verdict
from identity.people.models import Person

PAGE = 100
MOST_PLANS = 50
MOST_SELECTED = 1000
"""One by one; all that match have no such limit."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Accounts one by one, or all that a list shows."""

    account_ids: tuple[UUID, ...]
    whole_list: bool
    wanted: AccountsFilter

    def resolve(self, session: Session, now: datetime) -> list[UUID]:
        if self.whole_list:
            return list_account_ids(session, self.wanted, now)
        return list(dict.fromkeys(self.account_ids))


@dataclass(frozen=True, slots=True)
class ShownRow:
    row: BulkRow
    login: str
    name: str


def list_rows(
    session: Session, plan_id: UUID, verdict: Verdict | None, after: int
) -> tuple[list[ShownRow], int | None]:
    """And the position to go on from."""
    statement = (
        select(BulkRow, Account.login, func.coalesce(Person.full_name, Account.display_name))
        .join(Account, Account.id == BulkRow.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(BulkRow.plan_id == plan_id, BulkRow.position > after)
        .order_by(BulkRow.position)
        .limit(PAGE + 1)
    )
    if verdict is not None:
        statement = statement.where(BulkRow.verdict == verdict)
    found = [ShownRow(*row) for row in session.execute(statement)]
    shown = found[:PAGE]
    return shown, shown[-1].row.position if len(found) > PAGE else None


def list_plans(session: Session) -> list[BulkPlan]:
    """The latest first."""
    statement = select(BulkPlan).order_by(BulkPlan.made_at.desc(), BulkPlan.id).limit(MOST_PLANS)
    return list(session.scalars(statement))
