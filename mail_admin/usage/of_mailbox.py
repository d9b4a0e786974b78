"""How one mailbox was used, month by month and by which way last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from mail_admin.usage.models import UsageMonth

CHANNELS = ("web_days", "program_days", "sent_days", "read_days")


@dataclass(frozen=True, slots=True)
class MailboxUse:
    months: Sequence[UsageMonth]
    """The latest first; none where nothing happened."""

    def last(self, channel: str) -> date | None:
        """The last day of one of CHANNELS within these months."""
        for row in self.months:
            bits: int = getattr(row, channel)
            if bits:
                return row.month + timedelta(days=bits.bit_length() - 1)
        return None

    def days_used(self, month: date, channels: Iterable[str]) -> int:
        """On how many days of a month by one of these ways."""
        bits = 0
        for row in self.months:
            if row.month == month:
                for channel in channels:
                    bits |= getattr(row, channel)
        return bits.bit_count()

    @property
    def stored_bytes(self) -> int | None:
        """As last measured."""
        return next((row.stored_bytes for row in self.months if row.stored_bytes is not None), None)


def use_of(session: Session, account_id: UUID, today: date, *, months: int) -> MailboxUse:
    first = today.replace(day=1)
    for _ in range(months - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    statement = (
        select(UsageMonth)
        .where(UsageMonth.account_id == account_id, UsageMonth.month >= first)
        .order_by(UsageMonth.month.desc())
    )
    return MailboxUse(list(session.scalars(statement)))
