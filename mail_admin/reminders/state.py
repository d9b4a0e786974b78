"""How reminding and locking goes, in a few figures that cost nothing: for whoever leads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.clock import VIETNAM
from mail_admin.reminders.calendar import next_reminding, next_rules
from mail_admin.reminders.models import FAILED, Notice, NoticeKind, NoticeState, RuleRun
from mail_admin.reminders.settings import ReminderSettings

TO_PEOPLE = (NoticeKind.NEVER_ACTIVATED, NoticeKind.DORMANT)
TO_OFFICES = (NoticeKind.DIGEST, NoticeKind.ESCALATION, NoticeKind.QUARTERLY)


@dataclass(frozen=True, slots=True)
class Reminding:
    """Mails since the month began, by the day on which they were sent."""

    last_at: datetime | None
    """Ever."""
    next_at: datetime | None
    people: int
    offices: int
    failed: int
    """Refused at once, or came back."""


@dataclass(frozen=True, slots=True)
class Ruling:
    last_run: RuleRun | None
    next_at: datetime | None
    """None while the rules only report."""
    locked: int
    """Since the month began."""
    revoked: int


def read_reminding(session: Session, settings: ReminderSettings, now: datetime) -> Reminding | None:
    """None while nobody is reminded. One statement, over the mails of one month."""
    if not settings.enabled:
        return None
    told = Notice.kind.in_((*TO_PEOPLE, *TO_OFFICES))
    latest = select(Notice.claimed_at).where(told).order_by(Notice.claimed_at.desc()).limit(1)
    sent = Notice.state.not_in((*FAILED, NoticeState.CLAIMED))
    statement = select(
        latest.scalar_subquery(),
        func.count().filter(Notice.kind.in_(TO_PEOPLE), sent),
        func.count().filter(Notice.kind.in_(TO_OFFICES), sent),
        func.count().filter(Notice.state.in_(FAILED)),
    ).where(Notice.claimed_at >= _month_of(now), told)
    last_at, people, offices, failed = session.execute(statement).one()
    return Reminding(last_at, next_reminding(settings, now), people, offices, failed)


def read_ruling(session: Session, settings: ReminderSettings, now: datetime) -> Ruling | None:
    """None while there are no rules. One statement, over runs: one a day."""
    if settings.rules.mode == "off":
        return None
    since = RuleRun.at >= _month_of(now)
    locked = select(func.coalesce(func.sum(RuleRun.locked), 0)).where(since)
    revoked = select(func.coalesce(func.sum(RuleRun.revoked), 0)).where(since)
    statement = select(RuleRun, locked.scalar_subquery(), revoked.scalar_subquery())
    found = session.execute(statement.order_by(RuleRun.id.desc()).limit(1)).one_or_none()
    next_at = next_rules(now) if settings.rules.mode == "apply" else None
    return Ruling(None, next_at, 0, 0) if found is None else Ruling(found[0], next_at, *found[1:])


def _month_of(now: datetime) -> datetime:
    local = now.astimezone(VIETNAM)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
