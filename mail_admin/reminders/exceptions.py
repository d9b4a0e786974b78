"""Mailboxes that a rule leaves alone although they are idle for long enough, and why."""

import enum
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind
from kernel.clock import office_day
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.use import for_locks
from mail_admin.reminders.idle import NEVER, IdleMailbox, list_idle
from mail_admin.reminders.settings import ReminderSettings, RuleSettings


class Ground(enum.StrEnum):
    ON_LEAVE = "on_leave"
    """Registered leave of its person; the term begins anew when it ends."""
    HIDDEN = "hidden"
    """A person whom the directory does not show."""
    ORGANISATION = "organisation"
    """A mailbox of an organisation, and the setting does not include those."""


@dataclass(frozen=True, slots=True)
class Excepted:
    mailbox: IdleMailbox
    ground: Ground


def ground_of(mailbox: IdleMailbox, rules: RuleSettings) -> Ground | None:
    """None when the rule may lock it."""
    if mailbox.kind is AccountKind.ORGANISATION and not rules.organisation_accounts:
        return Ground.ORGANISATION
    if mailbox.hidden:
        return Ground.HIDDEN
    return Ground.ON_LEAVE if mailbox.on_leave else None


def list_excepted(
    session: Session, settings: ReminderSettings, use: UsageRateSettings, now: datetime
) -> list[Excepted]:
    """In the order of logins."""
    rules = settings.rules
    idle = list_idle(
        session,
        office_day(now),
        for_locks(use),
        pending_days=rules.never_activated or NEVER,
        active_days=rules.unused or NEVER,
        with_leave=True,
    )
    found = [
        Excepted(mailbox, ground)
        for mailbox in idle
        if (ground := ground_of(mailbox, rules)) is not None
    ]
    return sorted(found, key=lambda one: one.mailbox.login)
