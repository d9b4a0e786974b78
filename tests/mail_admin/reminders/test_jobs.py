"""What the worker does by itself: it tells of locks at once, reminds and locks by the clock."""

from collections.abc import Iterator
from typing import Any

import pytest

from entrypoints.wiring import Services
from identity.accounts.models import AccountStatus
from mail_admin.limits.settings import LimitSettings
from mail_admin.reminders.settings import ReminderSettings, RuleSettings
from tests.mail_admin.reminders.conftest import Scene
from tests.support.jobs import run_jobs
from tests.support.services import built, nowhere, settings_for
from tests.support.smtp import Inbox

RULES = RuleSettings(mode="apply", preset="dong-thap-2025", notice_days=1)


@pytest.fixture
def services(scene: Scene, database_url: str) -> Iterator[Services]:
    changed: dict[str, Any] = {
        "mail": scene.mailer._settings,
        "limits": LimitSettings(outside_recipients=1, operator_address="truc@backan.gov.vn"),
        "reminders": ReminderSettings(enabled=True, silent_after_days=0, rules=RULES),
    }
    settings = settings_for(database_url, nowhere()).model_copy(update=changed)
    with built(settings, lambda: scene.now) as services:
        yield services


def ask(services: Services, login: str, recipient: str) -> str:
    """What the policy server decides for a recipient."""
    decide = services.policy_server()._decide
    return decide({"protocol_state": "RCPT", "sasl_username": login, "recipient": recipient})


def test_a_lock_queues_its_notice_which_the_worker_sends(
    scene: Scene, services: Services, inbox: Inbox
) -> None:
    account = scene.person(idle_days=1)
    assert ask(services, account.login, "a@example.org") == "DUNNO"
    assert ask(services, account.login, "b@example.org").startswith("550 ")
    assert inbox.mails == []
    run_jobs(services)
    (mail,) = inbox.mails
    assert mail["To"] == "truc@backan.gov.vn"
    assert account.login in mail["Subject"]


def test_the_clock_reminds_and_then_locks(scene: Scene, services: Services, inbox: Inbox) -> None:
    account = scene.person(idle_days=60)
    jobs = services.reminder_jobs
    jobs._run_remind(0)
    jobs._run_rules(0)
    assert len(inbox.mails) == 1
    assert scene.status(account.id) is AccountStatus.ACTIVE
    scene.now = scene.now.replace(day=scene.now.day + 1)
    jobs._run_rules(0)
    assert scene.status(account.id) is AccountStatus.SUSPENDED


def test_what_cannot_be_done_now_ends_no_worker(
    scene: Scene, services: Services, inbox: Inbox
) -> None:
    scene.person(idle_days=60)
    jobs = services.reminder_jobs
    inbox.to_data = "451 later"
    jobs._run_remind(0)
    inbox.to_data = "250 Taken"
    scene.now = scene.now.replace(hour=20)  # three in the morning in Vietnam
    jobs._run_remind(0)
    assert inbox.mails == []
