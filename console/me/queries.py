"""What staff are shown of their own mailbox, and of those of organisations that they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from identity.accounts.models import Account, Mailbox
from identity.accounts.queries import addresses_of
from kernel.clock import office_day
from mail_admin.rate.one_mailbox import MonthOfMailbox, months_of
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.usage.last_use import last_sign_in
from mail_admin.usage.of_mailbox import use_of

MONTHS = 12
NEARLY_FULL = 0.9


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    account: Account
    address: str | None
    quota_bytes: int | None
    stored_bytes: int | None
    """As last measured."""
    last_sign_in: date | None
    months: Sequence[MonthOfMailbox]
    """The present one first, back to the first in which anything happened."""
    unused_since: date | None
    """From which day to the first of these months nothing happened, as far as figures are kept."""

    @property
    def fill(self) -> float | None:
        if not self.quota_bytes or self.stored_bytes is None:
            return None
        return self.stored_bytes / self.quota_bytes

    @property
    def is_nearly_full(self) -> bool:
        return self.fill is not None and self.fill >= NEARLY_FULL


def own_mailbox(
    session: Session, account: Account, settings: UsageRateSettings, today: date
) -> OwnMailbox:
    box = session.get(Mailbox, account.id)
    (primary, *_) = [*addresses_of(session, [account.id]).get(account.id, []), None]
    use = use_of(session, account.id, today, months=MONTHS)
    kept = _months_before(today, MONTHS - 1)
    since = max(kept, office_day(account.created_at))
    first = min((row.month for row in use.months), default=today.replace(day=1))
    return OwnMailbox(
        account,
        f"{primary[0].local_part}@{primary[1]}" if primary else None,
        box.quota_bytes if box else None,
        use.stored_bytes,
        last_sign_in(session, account.id),
        months_of(use, settings, first, today),
        since if since < first else None,
    )


def _months_before(day: date, count: int) -> date:
    first = day.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
