"""Whom reminders and rules consider, and whom the report shows: one definition of use."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from mail_admin.rate import listing
from mail_admin.rate.branch import read_organisations
from mail_admin.rate.computing import compute, keep
from mail_admin.rate.definition import signs_in_words
from mail_admin.rate.periods import month_window
from mail_admin.rate.queries import get_kept
from mail_admin.rate.roster import MailboxState
from mail_admin.rate.settings import Sign, UsageRateSettings
from mail_admin.rate.use import MASKS, for_locks
from mail_admin.reminders.idle import NEVER, list_idle
from mail_admin.reminders.service import Reminders
from mail_admin.reminders.settings import RuleSettings
from tests.mail_admin.rate.test_recount import DAYS, RULES, World, known_on, worlds, written
from tests.mail_admin.reminders.conftest import Scene
from tests.support.registry import DOMAIN
from tests.support.smtp import Inbox

DORMANT = {
    30: MailboxState.DORMANT_30,
    60: MailboxState.DORMANT_60,
    90: MailboxState.DORMANT_90,
}
ADDRESSES = """
    WITH domain AS (
        INSERT INTO identity_mail_domain (id, name) VALUES (gen_random_uuid(), 'recount.gov.vn')
        RETURNING id
    )
    INSERT INTO identity_address (id, domain_id, local_part, role, account_id, given_on)
    SELECT gen_random_uuid(), domain.id, account.login, 'primary', account.id, '2020-01-01'
    FROM identity_account AS account CROSS JOIN domain
"""


def listed(
    session: Session, today: date, use: UsageRateSettings, days: int
) -> dict[str, tuple[date, date]]:
    found = list_idle(session, today, use, pending_days=NEVER, active_days=days)
    return {mailbox.login: (mailbox.idle_since, mailbox.untouched_since) for mailbox in found}


def shown(session: Session, today: date, state: MailboxState) -> set[str]:
    """What the report's drill-down lists for the whole province."""
    kept = get_kept(session, month_window(today))
    found = read_organisations(session, kept.id)
    places = found.nodes if found.unplaced is None else [*found.nodes, found.unplaced]
    return {row.login for row in listing.list_mailboxes(session, kept, places, state)}


@settings(max_examples=60)
@given(world=worlds(), rules=RULES, today=DAYS, days=st.integers(7, 120))
def test_dormant_in_the_report_are_exactly_those_whom_reminders_consider(
    engine: Engine, world: World, rules: UsageRateSettings, today: date, days: int
) -> None:
    world.boxes = [known for box in world.boxes if (known := known_on(box, today))]
    with written(engine, world) as (session, _):
        session.execute(text(ADDRESSES))
        window = month_window(today)
        keep(session, compute(session, window, today, rules), rules, datetime.now(UTC))
        for length, state in DORMANT.items():
            assert listed(session, today, rules, length).keys() == shown(session, today, state)
        idle = listed(session, today, rules, days)
        assert not idle.keys() & shown(session, today, MailboxState.ACTIVE)
        lockable = listed(session, today, for_locks(rules), days)
    assert lockable.keys() <= idle.keys()
    assert {login: since for login, (_, since) in idle.items() if login in lockable} == {
        login: since for login, (since, _) in lockable.items()
    }


def bit(day: date) -> int:
    return 1 << (day.day - 1)


def ruled(scene: Scene, use: UsageRateSettings) -> Reminders:
    rules = RuleSettings(mode="apply", unused_days=45, notice_days=1)
    return scene.reminders(use, rules=rules)


@pytest.mark.parametrize(
    ("signs", "reminded"),
    [
        ([Sign.WEB, Sign.SENT, Sign.READ], {"polls"}),
        ([Sign.PROGRAM], {"reads", "sends", "browses"}),
        ([Sign.SENT], {"polls", "reads", "browses"}),
        (list(Sign), set()),
    ],
)
def test_each_province_reminds_by_its_own_signs(
    scene: Scene, signs: list[Sign], reminded: set[str]
) -> None:
    habits = {"polls": Sign.PROGRAM, "reads": Sign.READ, "sends": Sign.SENT, "browses": Sign.WEB}
    people = {habit: scene.person(idle_days=100) for habit in habits}
    for habit, account in people.items():
        scene.use(account, scene.today, **{MASKS[habits[habit]]: bit(scene.today)})
    use = UsageRateSettings(active_by=signs)
    due = scene.reminders(use).due()
    assert {mail.accounts[0] for mail in due} == {people[habit].login for habit in reminded}
    words = signs_in_words(use)
    for mail in due:
        assert words.vi in mail.text
        assert words.en in mail.text


def test_whom_only_the_province_calls_unused_is_reminded_but_not_locked(
    scene: Scene, inbox: Inbox
) -> None:
    """It counts sending; somebody reads every day."""
    reader, nobody = scene.person(idle_days=100), scene.person(idle_days=100)
    scene.use(reader, scene.today, read_days=bit(scene.today))
    reminders = ruled(scene, UsageRateSettings(active_by=[Sign.SENT]))
    assert reminders.remind().sent == 2
    assert all("tạm khóa từ ngày" in str(mail.get_content()) for mail in inbox.mails)
    later = f"{scene.today + timedelta(days=45):%d/%m/%Y}"
    (mail,) = [mail for mail in inbox.mails if mail["To"] == f"{reader.login}@{DOMAIN}"]
    assert f"tạm khóa từ ngày {later}" in str(mail.get_content())
    scene.now += timedelta(days=1)
    assert [found.mailbox.login for found in reminders.candidates()] == [nobody.login]


def test_a_phone_that_only_polls_keeps_its_mailbox_where_polling_counts(scene: Scene) -> None:
    account = scene.person(idle_days=100)
    scene.use(account, scene.today, program_days=bit(scene.today))
    assert ruled(scene, UsageRateSettings(active_by=[Sign.PROGRAM])).candidates() == []
    assert len(ruled(scene, UsageRateSettings()).candidates()) == 1


def test_active_in_the_running_month_is_not_idle_however_impatient_the_rule(scene: Scene) -> None:
    account = scene.person(idle_days=100)
    scene.use(account, scene.today.replace(day=2), read_days=bit(scene.today.replace(day=2)))
    assert scene.today.day == 23
    reminders = scene.reminders(dormant_days=14, rules=RuleSettings(mode="apply", unused_days=14))
    assert (reminders.due(), reminders.candidates()) == ([], [])
    lenient = UsageRateSettings(minimum_active_days=2)  # one day does not make it active
    assert len(scene.reminders(lenient, dormant_days=14).due()) == 1
    scene.now += timedelta(days=8)  # the month after
    assert len(reminders.due()) == 1


def test_who_has_no_post_any_more_is_considered_as_in_the_report(
    scene: Scene, inbox: Inbox
) -> None:
    office, account = scene.office(scene.department), scene.person("Đỗ Văn Nghỉ", idle_days=100)
    with scene.province.db.transaction() as session:
        session.execute(text("UPDATE identity_appointment SET valid_to = '2026-11-01'"))
    scene.reminders().remind()
    (digest,) = [mail for mail in inbox.mails if office.login in mail["To"]]
    assert account.login in str(digest.get_content())
