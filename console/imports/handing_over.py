"""How far the accounts that a list opened are handed over."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus, ActivationCode
from identity.hr_import.models import ImportPlan
from identity.hr_import.queries import accounts_opened_by


@dataclass(frozen=True, slots=True)
class Letters:
    opened: int
    pending: int
    """Of those, accounts that nobody has activated yet."""
    lettered: int
    """Pending accounts for which a code was made; whether it was printed nobody knows."""
    latest: datetime | None
    """When letters were made for the last time."""

    @property
    def unlettered(self) -> int:
        return self.pending - self.lettered


def letters_of_plan(session: Session, plan: ImportPlan) -> Letters:
    opened = accounts_opened_by(plan.id)
    is_pending = Account.status == AccountStatus.PENDING
    total, pending = session.execute(
        select(func.count(), func.count().filter(is_pending)).where(
            Account.id.in_(opened), Account.kind != AccountKind.SERVICE
        )
    ).one()
    lettered, latest = session.execute(
        select(
            func.count(Account.id.distinct()).filter(
                is_pending, ActivationCode.revoked_at.is_(None)
            ),
            func.max(ActivationCode.issued_at),
        )
        .join(Account, Account.id == ActivationCode.account_id)
        .where(Account.id.in_(opened))
    ).one()
    return Letters(total, pending, lettered, latest)
