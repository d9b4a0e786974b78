"""When the worker goes on, as the dashboard says it."""

from datetime import date, datetime

from kernel.clock import VIETNAM
from mail_admin.reminders.calendar import next_reminding, next_rules
from mail_admin.reminders.settings import ReminderSettings


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def test_reminding_goes_on_at_the_next_hour_that_is_not_quiet() -> None:
    settings = ReminderSettings()
    assert next_reminding(settings, at(27, 9)) == at(27, 9, 20)
    assert next_reminding(settings, at(27, 9, 20)) == at(27, 10, 20)
    assert next_reminding(settings, at(27, 16, 30)) == at(30, 8, 20)  # over the weekend
    resting = ReminderSettings(holidays=[date(2026, 11, 30)])
    assert next_reminding(resting, at(28, 12)) == datetime(2026, 12, 1, 8, 20, tzinfo=VIETNAM)


def test_rules_run_every_morning() -> None:
    assert next_rules(at(28, 8, 39)) == at(28, 8, 40)
    assert next_rules(at(28, 8, 40)) == at(29, 8, 40)
