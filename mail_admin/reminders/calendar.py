"""When mail to people may leave."""

from datetime import datetime, time, timedelta

from kernel.clock import VIETNAM
from mail_admin.reminders.settings import ReminderSettings

SATURDAY = 5
REMINDING_MINUTE = 20
"""Of every hour that is not quiet."""
RULES_AT = time(8, 40)
"""In Vietnam, every day."""
LONGEST_QUIET = 24 * 60
"""Hours that are looked ahead: nobody rests for two months."""


def is_quiet(settings: ReminderSettings, now: datetime) -> bool:
    """Nights, weekends and holidays of Vietnam."""
    local = now.astimezone(VIETNAM)
    if not settings.begins_hour <= local.hour < settings.ends_hour:
        return True
    resting = local.weekday() >= SATURDAY or local.date() in settings.holidays
    return settings.working_days_only and resting


def next_reminding(settings: ReminderSettings, now: datetime) -> datetime | None:
    """None where settings leave no hour for it."""
    first = now.astimezone(VIETNAM).replace(minute=REMINDING_MINUTE, second=0, microsecond=0)
    if first <= now:
        first += timedelta(hours=1)
    hours = (first + timedelta(hours=hour) for hour in range(LONGEST_QUIET))
    return next((hour for hour in hours if not is_quiet(settings, hour)), None)


def next_rules(now: datetime) -> datetime:
    local = now.astimezone(VIETNAM)
    today = datetime.combine(local.date(), RULES_AT, VIETNAM)
    return today if local < today else today + timedelta(days=1)


def quarter_of(now: datetime) -> tuple[datetime, datetime]:
    """First moments of the present quarter and of the next, by the clocks of Vietnam."""
    local = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    first = local.replace(month=(local.month - 1) // 3 * 3 + 1, day=1)
    later = first.month + 3
    following = (
        first.replace(year=first.year + 1, month=1) if later > 12 else first.replace(month=later)  # noqa: PLR2004  # months of a year
    )
    return first, following
