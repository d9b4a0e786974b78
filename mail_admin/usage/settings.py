from pathlib import Path

from pydantic import BaseModel, Field

from kernel.networks import NetworkSetting


class RetentionSettings(BaseModel):
    """How long is kept what mailboxes were used for. Environment: CONGVU_USAGE__RETENTION__*."""

    event_days: int = Field(default=100, ge=40, le=3660)
    """Single events, by which repetitions are known and figures recounted; older ones are refused.
    Whole months are dropped, so some stay up to a month longer."""
    day_months: int = Field(default=73, ge=14, le=1200)
    """Rows of days, of months, and of what was imported; a report reaches no further back."""


class UsageSettings(BaseModel):
    """Which logs tell of the use of mailboxes, and how. Environment: CONGVU_USAGE__*."""

    dovecot_log: Path | None = None
    """Followed by the worker, with its rotated siblings; none where another system feeds us."""
    postfix_log: Path | None = None
    """The same of Postfix, which tells what was sent."""
    postfix_time_zone: str = "UTC"
    """Of times in Postfix's log that name none; messages with long queue ids tell theirs."""
    webmail_networks: list[NetworkSetting] = []
    """Where the webmail signs in from, such as ["10.20.0.8"]: somebody sits there."""
    web_mechanisms: list[str] = ["XOAUTH2", "OAUTHBEARER"]
    """Mechanisms that only the webmail uses."""
    service_networks: list[NetworkSetting] = []
    """Where monitors and other machines sign in from: never the use of a mailbox."""
    service_logins: list[str] = []
    """Accounts that machines sign in with, wherever from."""
    shared_prefix: str = "Cơ quan"
    """Folder above organisation mailboxes in their custodians' IMAP: the name after it is the
    login of the mailbox that is read."""
    inside_domains: list[str] = []
    """Domains that are no outside besides those of the registry."""
    future_seconds: int = Field(default=300, ge=0, le=86400)
    """How far ahead the clock of a source may be; events beyond are refused and counted."""
    retention: RetentionSettings = RetentionSettings()
