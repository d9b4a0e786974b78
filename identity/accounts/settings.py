from pydantic import BaseModel, Field

GIBIBYTE = 1024**3


class MailboxSettings(BaseModel):
    """Size of new mailboxes. Environment: CONGVU_MAILBOXES__*."""

    personal_quota_bytes: int | None = Field(default=2 * GIBIBYTE, gt=0)
    """Decision 99/2025/QĐ-UBND of Nghệ An: at least 2 GB a person."""
    organisation_quota_bytes: int | None = Field(default=10 * GIBIBYTE, gt=0)
    """The same decision: 10 GB an organisation."""
