"""What the months of one mailbox count as, and why, for whoever it belongs to."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.use import MASKS
from mail_admin.usage.of_mailbox import MailboxUse


class Why(enum.StrEnum):
    USED = "used"
    TOO_FEW = "too-few"
    """Used, on fewer days than the definition asks for."""
    POLLING_ONLY = "polling-only"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class MonthOfMailbox:
    month: date
    """Its first day."""
    used_days: int
    """With one of the signs of the province's definition."""
    program_days: int
    """On which a mail program or phone signed in, which may only have been polling."""
    sent: int
    delivered: int
    why: Why

    @property
    def is_active(self) -> bool:
        return self.why is Why.USED


def months_of(
    use: MailboxUse, settings: UsageRateSettings, since: date, today: date
) -> Sequence[MonthOfMailbox]:
    """The present month first, back to that of `since`; also those in which nothing happened.

    Days locked and on leave are not looked at: whether a mailbox is in service at all is decided
    for the report only.
    """
    rows = {row.month: row for row in use.months}
    signs = [MASKS[sign] for sign in settings.active_by]
    found, month = [], today.replace(day=1)
    while month >= since.replace(day=1):
        row, used = rows.get(month), use.days_used(month, signs)
        programs = use.days_used(month, ["program_days"])
        found.append(
            MonthOfMailbox(
                month,
                used,
                programs,
                row.sent if row else 0,
                row.delivered if row else 0,
                _why(used, programs, settings),
            )
        )
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def _why(used: int, programs: int, settings: UsageRateSettings) -> Why:
    if used >= settings.minimum_active_days:
        return Why.USED
    if used:
        return Why.TOO_FEW
    return Why.POLLING_ONLY if programs else Why.NOTHING
