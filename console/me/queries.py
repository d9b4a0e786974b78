"""What staff are shown of their own mailbox, and of those of organisations that they hold."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, Mailbox
from identity.accounts.queries import addresses_of
from mail_admin.usage.last_use import last_sign_in
from mail_admin.usage.models import UsageMonth

MONTHS = 3


@dataclass(frozen=True, slots=True)
class MonthOfUse:
    month: date
    """Its first day."""
    used_days: int
    """On which somebody signed in by webmail, read or sent: what the strict definition counts."""
    program_days: int
    """On which a mail program or phone signed in, which may only have been polling."""
    sent: int
    delivered: int


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    account: Account
    address: str | None
    quota_bytes: int | None
    stored_bytes: int | None
    """As last measured."""
    last_sign_in: date | None
    months: list[MonthOfUse]
    """The present one first."""

    @property
    def fill(self) -> float | None:
        if not self.quota_bytes or self.stored_bytes is None:
            return None
        return self.stored_bytes / self.quota_bytes


def own_mailbox(session: Session, account: Account, today: date) -> OwnMailbox:
    box = session.get(Mailbox, account.id)
    (primary, *_) = [*addresses_of(session, [account.id]).get(account.id, []), None]
    months = _months(session, account.id, today)
    return OwnMailbox(
        account,
        f"{primary[0].local_part}@{primary[1]}" if primary else None,
        box.quota_bytes if box else None,
        next((row.stored_bytes for row in months if row.stored_bytes is not None), None),
        last_sign_in(session, account.id),
        [_month(row) for row in months],
    )


def _months(session: Session, account_id: UUID, today: date) -> list[UsageMonth]:
    first = today.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    statement = (
        select(UsageMonth)
        .where(UsageMonth.account_id == account_id, UsageMonth.month >= first)
        .order_by(UsageMonth.month.desc())
    )
    return list(session.scalars(statement))


def _month(row: UsageMonth) -> MonthOfUse:
    used = row.web_days | row.sent_days | row.read_days
    return MonthOfUse(
        row.month, used.bit_count(), row.program_days.bit_count(), row.sent, row.delivered
    )
