from datetime import date, timedelta

from pydantic import BaseModel, Field

from identity.accounts.models import AccountKind

GIBIBYTE = 1024**3


class MailboxSettings(BaseModel):
    """Sizes of new mailboxes and how long old addresses last. Environment: CONGVU_MAILBOXES__*."""

    personal_quota_bytes: int | None = Field(default=2 * GIBIBYTE, gt=0)
    """Decision 99/2025/QĐ-UBND of Nghệ An: at least 2 GB a person."""
    organisation_quota_bytes: int | None = Field(default=10 * GIBIBYTE, gt=0)
    """The same decision: 10 GB an organisation."""
    alias_days: int | None = Field(default=180, ge=1)
    """How long the old address is still delivered after a change; empty for without end."""

    def quota_bytes(self, kind: AccountKind) -> int | None:
        """Of a new mailbox; accounts of programs have none that could fill."""
        return {
            AccountKind.PERSONAL: self.personal_quota_bytes,
            AccountKind.ORGANISATION: self.organisation_quota_bytes,
        }.get(kind)

    def alias_until(self, day: date) -> date | None:
        """First day on which an address that was replaced on a day is no longer delivered."""
        return None if self.alias_days is None else day + timedelta(days=self.alias_days)
