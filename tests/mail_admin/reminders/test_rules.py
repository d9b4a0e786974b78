"""Mailboxes locked by rule, after notice, and what keeps a rule from it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from identity.accounts.models import Account, AccountStatus
from identity.accounts.service import reinstate_account, suspend_account
from identity.roles.models import Role, RoleGrant
from identity.roles.service import grant_role
from kernel.access import Actor, ActorKind
from kernel.audit import AuditRecord
from mail_admin.reminders.errors import MassLockStopped, RulesOff
from mail_admin.reminders.models import RuleLock
from mail_admin.reminders.service import Reminders
from mail_admin.reminders.settings import ReminderSettings, RuleSettings
from tests.mail_admin.reminders.conftest import Scene
from tests.support.registry import BASIS, DOMAIN
from tests.support.smtp import Inbox

ACTOR = Actor.system("usage rules")
HOME = "nga@example.org"


def ruled(scene: Scene, **rules: Any) -> Reminders:
    chosen = {"mode": "apply", "preset": "dong-thap-2025", **rules}
    return scene.reminders(rules=RuleSettings(**chosen))


def days(scene: Scene, count: int, reminders: Reminders) -> list[int]:
    """Each morning: remind, then apply the rules; how many were locked each time."""
    locked = []
    for _ in range(count):
        reminders.remind(even_when_quiet=True)
        locked.append(reminders.apply_rules(ACTOR).locked)
        scene.now += timedelta(days=1)
    return locked


def test_a_mailbox_is_locked_when_its_notice_is_a_week_old(scene: Scene, inbox: Inbox) -> None:
    account = scene.person(idle_days=60)
    assert days(scene, 9, ruled(scene)) == [0] * 7 + [1, 0]
    assert scene.status(account.id) is AccountStatus.SUSPENDED
    with scene.province.db.transaction() as session:
        records = session.scalars(
            select(AuditRecord).where(AuditRecord.subject_id == account.id).order_by(AuditRecord.id)
        ).all()
        lock = session.scalars(select(RuleLock)).one()
    suspended, locked = records[-2:]
    assert (suspended.tag, locked.tag) == ("account:suspended", "usage-rule:locked")
    assert suspended.document_number == "143/2025/QĐ-UBND"
    assert locked.details["rule"] == "unused"
    assert lock.notice_id is not None
    notice = str(inbox.mails[0].get_content())
    assert f"tạm khóa từ ngày {scene.today - timedelta(days=2):%d/%m/%Y}" in notice


def test_rules_lock_holders_of_roles_but_never_the_last_administrator(scene: Scene) -> None:
    account = scene.person(idle_days=60)
    with scene.province.db.transaction() as session:
        row = session.get_one(Account, account.id)
        officer = scene.province.officer
        grant_role(session, officer, row, Role.ADMINISTRATOR, now=scene.now, basis=BASIS)
    reminders = ruled(scene)
    assert days(scene, 9, reminders) == [0] * 9
    assert scene.status(account.id) is AccountStatus.ACTIVE
    with scene.province.db.transaction() as session:
        row = session.get_one(Account, account.id)
        grant_role(session, officer, row, Role.IT, now=scene.now, basis=BASIS)
        end_of_administration = update(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR)
        session.execute(end_of_administration.values(ended_at=scene.now))
    hr = Actor(ActorKind.MACHINE, "hr", Role.HR.permissions)
    assert reminders.apply_rules(hr).locked == 0
    assert reminders.apply_rules(ACTOR).locked == 1


def test_the_notice_names_the_day_that_the_rule_comes_to(scene: Scene, inbox: Inbox) -> None:
    scene.person(idle_days=30)
    assert days(scene, 17, ruled(scene)) == [0] * 15 + [1, 0]
    lock_day = scene.today - timedelta(days=2)
    assert f"tạm khóa từ ngày {lock_day:%d/%m/%Y}" in str(inbox.mails[0].get_content())


def test_who_uses_the_mailbox_after_the_notice_keeps_it(scene: Scene) -> None:
    account = scene.person(idle_days=60)
    reminders = ruled(scene)
    days(scene, 5, reminders)
    scene.use(account, scene.today)
    assert sum(days(scene, 10, reminders)) == 0


def test_nobody_is_locked_without_notice_and_nothing_happens_while_rules_are_off(
    scene: Scene,
) -> None:
    scene.person(idle_days=400)
    assert ruled(scene).apply_rules(ACTOR).waiting == 1
    for mode in ("off", "report"):
        with pytest.raises(RulesOff):
            ruled(scene, mode=mode).apply_rules(ACTOR)
    assert len(ruled(scene, mode="report").candidates()) == 1


def test_leave_hidden_people_organisations_and_programs_are_left_alone(scene: Scene) -> None:
    away = scene.person("Bế Thị Vắng", idle_days=400)
    scene.leave(away, scene.today - timedelta(days=20), None)
    scene.person("Hoàng Văn Mật", idle_days=400, hidden=True)
    office = scene.office(scene.department, idle_days=400)
    usual = ruled(scene)
    assert usual.candidates() == []
    everybody = ruled(scene, organisation_accounts=True)
    assert [found.mailbox.login for found in everybody.candidates()] == [office.login]
    assert sum(days(scene, 8, everybody)) == 1


def test_who_never_activated_is_noticed_by_the_list_of_the_office(scene: Scene) -> None:
    office = scene.office(scene.department)
    account = scene.person(idle_days=3, active=False)
    locked = days(scene, 12, ruled(scene))
    # on the list from the 5th day on, as the rule is quicker, and that is old enough a week later
    assert locked.index(1) == 9
    assert scene.status(account.id) is AccountStatus.SUSPENDED
    assert scene.status(office.id) is AccountStatus.ACTIVE


def test_a_dead_recovery_address_protects_only_until_the_mailbox_was_written_to(
    scene: Scene, inbox: Inbox
) -> None:
    account = scene.person(idle_days=60, recovery_email=HOME)
    reminders = ruled(scene)
    days(scene, 1, reminders)
    assert scene.come_back(HOME, "5.1.1") == 1
    assert days(scene, 14, reminders).index(1) == 13  # a week later to the mailbox, then a week
    assert scene.status(account.id) is AccountStatus.SUSPENDED
    own = f"{account.login}@{DOMAIN}"
    assert [mail["To"] for mail in inbox.mails] == [HOME, own, own]


def test_a_notice_that_came_back_late_locks_nobody(scene: Scene) -> None:
    account = scene.person(idle_days=60, recovery_email=HOME)
    reminders = ruled(scene)
    days(scene, 7, reminders)
    scene.come_back(HOME, "4.4.7")
    assert days(scene, 1, reminders) == [0]
    assert scene.status(account.id) is AccountStatus.ACTIVE
    assert days(scene, 7, reminders) == [0] * 6 + [1]  # the second one did arrive


def test_who_cannot_be_written_to_at_all_is_noticed_by_the_list_of_the_office(
    scene: Scene,
) -> None:
    office = scene.office(scene.department)
    unreachable = scene.person(idle_days=60, recovery_email=HOME)
    newcomer = scene.person("Lê Văn Mới", idle_days=30, active=False, recovery_email="moi@a.vn")
    reminders = ruled(scene)
    for _ in range(3):  # the recovery address, then the mailbox, which is full, twice
        days(scene, 1, reminders)
        scene.come_back(HOME, "5.1.1")
        scene.come_back("moi@a.vn", "5.1.1")
        scene.come_back(f"{unreachable.login}@{DOMAIN}", "4.2.2")
        scene.now += timedelta(days=6)
    scene.use(office, scene.today)
    assert scene.status(newcomer.id) is AccountStatus.SUSPENDED  # a week after the list
    assert scene.status(unreachable.id) is AccountStatus.ACTIVE
    assert days(scene, 1, reminders) == [1]
    assert scene.status(unreachable.id) is AccountStatus.SUSPENDED


def test_a_list_that_came_back_is_no_notice(scene: Scene) -> None:
    office = scene.office(scene.department)
    scene.person(idle_days=30, active=False)
    reminders = ruled(scene)
    days(scene, 1, reminders)
    assert scene.come_back(f"{office.login}@{DOMAIN}", "4.2.2") == 1
    assert days(scene, 13, reminders) == [0] * 13
    assert days(scene, 1, reminders) == [1]  # the second list is a week old


def test_reinstating_undoes_it_and_begins_a_new_term(scene: Scene) -> None:
    account = scene.person(idle_days=60)
    reminders = ruled(scene)
    days(scene, 9, reminders)
    with scene.province.db.transaction() as session:
        reinstate_account(session, scene.province.officer, account.id, now=scene.now, basis=BASIS)
    assert scene.status(account.id) is AccountStatus.ACTIVE
    scene.now += timedelta(days=41)
    assert days(scene, 8, reminders) == [0] * 7 + [1]


def test_what_nobody_asks_for_in_thirty_days_is_closed_but_only_what_a_rule_locked(
    scene: Scene,
) -> None:
    ruled_out, by_hand = scene.person(idle_days=60), scene.person(idle_days=60)
    reminders = ruled(scene)
    days(scene, 6, reminders)
    with scene.province.db.transaction() as session:
        suspend_account(session, scene.province.officer, by_hand.id, now=scene.now, basis=BASIS)
    days(scene, 3, reminders)
    scene.now += timedelta(days=27)
    days(scene, 1, reminders)
    assert scene.status(ruled_out.id) is AccountStatus.SUSPENDED
    days(scene, 1, reminders)
    assert scene.status(ruled_out.id) is AccountStatus.CLOSED
    assert scene.status(by_hand.id) is AccountStatus.SUSPENDED


def test_a_source_that_fell_silent_locks_nobody_until_a_person_confirms(scene: Scene) -> None:
    for _ in range(5):
        scene.person(idle_days=60)
    reminders = ruled(scene, always_allowed=4, most_percent=50)
    reminders.remind()
    scene.now += timedelta(days=7)
    with pytest.raises(MassLockStopped):
        reminders.apply_rules(ACTOR)
    with scene.province.db.transaction() as session:
        assert session.scalars(select(RuleLock)).all() == []
    assert reminders.apply_rules(Actor.operator("x"), confirm_mass=True).locked == 5


def test_when_nobody_uses_anything_the_logs_are_not_read_and_nobody_is_called_dormant(
    scene: Scene, inbox: Inbox
) -> None:
    account, colleague = scene.person(idle_days=60), scene.person(idle_days=60)
    reminders = ruled(scene, notice_days=1)
    watchful = scene.reminders(silent_after_days=7, rules=reminders.settings.rules)
    assert watchful.remind().sent == 0
    assert watchful.candidates() == []
    scene.use(colleague, scene.today - timedelta(days=6))
    assert watchful.remind().sent == 1
    assert [found.mailbox.login for found in watchful.candidates()] == [account.login]
    scene.now += timedelta(days=1)
    assert watchful.candidates() == []
    assert len(inbox.mails) == 1


def test_each_office_is_sent_its_locked_mailboxes_once_a_quarter(
    scene: Scene, inbox: Inbox
) -> None:
    office = scene.office(scene.department)
    account = scene.person(idle_days=60)
    reminders = ruled(scene, revoke_after_days=300)
    days(scene, 9, reminders)
    for _ in range(12):
        reminders.remind()
        scene.now += timedelta(days=7)
    lists = [
        mail
        for mail in inbox.mails
        if mail["To"] == f"{office.login}@{DOMAIN}" and "theo quy định" in mail["Subject"]
    ]
    assert len(lists) == 2  # at once, and in January
    assert account.login in str(lists[0].get_content())


@pytest.mark.parametrize(
    ("preset", "numbers"),
    [
        ("dong-thap-2025", (45, 5, 30)),
        ("bac-ninh-2025", (90, None, None)),
        ("nghe-an-2025", (180, None, None)),
        ("ninh-binh-2025", (None, 30, None)),
        ("", (None, None, None)),
    ],
)
def test_presets_are_numbers_of_decisions_and_numbers_of_ones_own_go_before(
    preset: str, numbers: tuple[int | None, ...]
) -> None:
    rules = RuleSettings(preset=preset)
    assert (rules.unused, rules.never_activated, rules.revoke_after) == numbers
    assert RuleSettings(preset=preset, unused_days=60).unused == 60
    with pytest.raises(ValueError, match="preset is one of"):
        RuleSettings(preset="hue")
    with pytest.raises(ValueError, match="begins_hour"):
        ReminderSettings(begins_hour=17, ends_hour=8)
