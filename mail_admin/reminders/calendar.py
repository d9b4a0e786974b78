"""When mail to people may leave."""

from datetime import datetime

from kernel.clock import VIETNAM
from mail_admin.reminders.settings import ReminderSettings

SATURDAY = 5


def is_quiet(settings: ReminderSettings, now: datetime) -> bool:
    """Nights, weekends and holidays of Vietnam."""
    local = now.astimezone(VIETNAM)
    if not settings.begins_hour <= local.hour < settings.ends_hour:
        return True
    resting = local.weekday() >= SATURDAY or local.date() in settings.holidays
    return settings.working_days_only and resting


def quarter_of(now: datetime) -> tuple[datetime, datetime]:
    """First moments of the present quarter and of the next, by the clocks of Vietnam."""
    local = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    first = local.replace(month=(local.month - 1) // 3 * 3 + 1, day=1)
    later = first.month + 3
    following = (
        first.replace(year=first.year + 1, month=1) if later > 12 else first.replace(month=later)  # noqa: PLR2004  # months of a year
    )
    return first, following
