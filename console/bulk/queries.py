"""Plans and the rows of one, a page at a time."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.bulk.models import BulkPlan, BulkRow, Verdict
from identity.organisations.models import Organisation
from identity.people.models import Appointment, Person

PAGE = 100
MOST_PLANS = 50


@dataclass(frozen=True, slots=True)
class ShownRow:
    row: BulkRow
    login: str | None
    """None of somebody without an account."""
    name: str
    place: str | None
    """Of a plan that moves people: where they work until then."""
    position: str | None


def list_rows(
    session: Session, plan_id: UUID, verdict: Verdict | None, after: int
) -> tuple[list[ShownRow], int | None]:
    """And the position to go on from."""
    statement = (
        select(
            BulkRow,
            Account.login,
            func.coalesce(Person.full_name, Account.display_name),
            Organisation.name,
            Appointment.position,
        )
        .outerjoin(Account, Account.id == BulkRow.account_id)
        .outerjoin(Person, Person.id == func.coalesce(BulkRow.person_id, Account.person_id))
        .outerjoin(Appointment, Appointment.id == BulkRow.appointment_before)
        .outerjoin(Organisation, Organisation.id == Appointment.organisation_id)
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
