"""Mails to people, their offices and those above, over real SMTP."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from identity.accounts.models import AccountStatus
from identity.people.models import Person
from kernel.mailer import MailUnavailable
from mail_admin.reminders.claims import Claim, come_back, settle, take
from mail_admin.reminders.errors import QuietHours
from mail_admin.reminders.models import Notice, NoticeKind, NoticeState
from tests.mail_admin.reminders.conftest import Scene
from tests.support.registry import DOMAIN
from tests.support.smtp import Inbox

HOME = "nga@example.org"


def recipients(inbox: Inbox) -> list[str]:
    return sorted(str(mail["To"]) for mail in inbox.mails)


def body(inbox: Inbox, recipient: str) -> str:
    (mail,) = [mail for mail in inbox.mails if mail["To"] == recipient]
    return str(mail.get_content())


def notices(scene: Scene, kind: NoticeKind) -> list[Notice]:
    with scene.province.db.transaction() as session:
        return list(session.scalars(select(Notice).where(Notice.kind == kind)))


def test_people_are_reminded_where_they_read_and_their_office_gets_the_list(
    scene: Scene, inbox: Inbox
) -> None:
    office = scene.office(scene.department)
    scene.person("Lê Văn Chưa", idle_days=10, active=False)  # no other address is known
    scene.person("Bế Thị Vắng", idle_days=10, active=False, recovery_email=HOME)
    dormant = scene.person("Đỗ Văn Ngủ", idle_days=45)
    scene.person("Vũ Thị Dùng", idle_days=3)
    counts = scene.reminders().remind()
    assert (counts.sent, counts.refused) == (3, 0)
    assert recipients(inbox) == sorted(
        [HOME, f"{dormant.login}@{DOMAIN}", f"{office.login}@{DOMAIN}"]
    )
    text = body(inbox, f"{dormant.login}@{DOMAIN}")
    assert "45 ngày" in text
    assert text.index("Kính gửi") < text.index("Dear colleague")
    activation = body(inbox, HOME)
    assert "/kich-hoat" in activation
    assert "tạm khóa từ ngày" not in activation  # no rule is on
    listed = body(inbox, f"{office.login}@{DOMAIN}")
    for name in ("Lê Văn Chưa", "Bế Thị Vắng", "Đỗ Văn Ngủ"):
        assert name in listed
    assert "Vũ Thị Dùng" not in listed
    (mail,) = [mail for mail in inbox.mails if mail["To"] == HOME]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"].startswith("Hộp thư công vụ của anh/chị chưa được kích hoạt / ")


def test_at_most_one_mail_a_week_whatever_it_is_about(scene: Scene, inbox: Inbox) -> None:
    scene.person(idle_days=45, recovery_email=HOME)
    reminders = scene.reminders()
    for day in range(15):
        scene.now += timedelta(days=1)
        reminders.remind(even_when_quiet=True)
        assert len(inbox.mails) == day // 7 + 1


def test_two_workers_at_once_send_each_mail_once(scene: Scene, inbox: Inbox) -> None:
    scene.office(scene.department)
    for _ in range(6):
        scene.person(idle_days=45)
    start, counts = threading.Barrier(3), []

    def work() -> None:
        reminders = scene.reminders()
        start.wait()
        counts.append(reminders.remind().sent)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == len(inbox.mails) == 7
    assert len(set(recipients(inbox))) == 7


def test_a_mail_lost_in_a_crash_is_sent_an_hour_later_under_the_same_id(
    scene: Scene, inbox: Inbox
) -> None:
    scene.person(idle_days=45)
    reminders = scene.reminders()
    reminders.remind()
    with scene.province.db.transaction() as session:  # as if we had died before noting it
        session.execute(update(Notice).values(state=NoticeState.CLAIMED, settled_at=None))
    scene.now += timedelta(minutes=59)
    assert reminders.remind().sent == 0
    scene.now += timedelta(minutes=1)
    assert reminders.remind().sent == 1
    assert reminders.remind().sent == 0
    assert inbox.mails[0]["Message-ID"] == inbox.mails[1]["Message-ID"]
    (notice,) = notices(scene, NoticeKind.DORMANT)
    assert notice.state is NoticeState.SENT


def test_a_server_that_takes_nothing_now_leaves_everything_due(scene: Scene, inbox: Inbox) -> None:
    scene.person(idle_days=45)
    inbox.to_data = "451 later"
    reminders = scene.reminders()
    with pytest.raises(MailUnavailable):
        reminders.remind()
    assert notices(scene, NoticeKind.DORMANT) == []
    inbox.to_data = "250 Taken"
    assert reminders.remind().sent == 1


def test_an_address_refused_for_good_is_left_alone_until_it_changes(
    scene: Scene, inbox: Inbox
) -> None:
    account = scene.person(idle_days=45, active=False, recovery_email=HOME)
    inbox.to_recipient = "550 no such user"
    reminders = scene.reminders()
    assert reminders.remind().refused == 1
    inbox.to_recipient = None
    scene.now += timedelta(days=7)
    assert reminders.due() == []
    with scene.province.db.transaction() as session:
        person = session.get_one(Person, account.person_id)
        person.recovery_email = "moi@example.org"
    assert reminders.remind().sent == 1
    assert recipients(inbox) == ["moi@example.org"]


def test_after_a_dead_recovery_address_the_mailbox_itself_is_written_to(
    scene: Scene, inbox: Inbox
) -> None:
    account = scene.person(idle_days=45, recovery_email=HOME)
    inbox.to_recipient = "550 no such user"
    reminders = scene.reminders()
    assert reminders.remind().refused == 1
    inbox.to_recipient = None
    scene.now += timedelta(days=6)
    assert reminders.remind(even_when_quiet=True).sent == 0  # one a week, whatever became of it
    scene.now += timedelta(days=1)
    assert reminders.remind().sent == 1
    assert recipients(inbox) == [f"{account.login}@{DOMAIN}"]


def test_an_address_given_up_is_tried_again_once(scene: Scene, inbox: Inbox) -> None:
    account = scene.person(idle_days=45, recovery_email=HOME)
    own = f"{account.login}@{DOMAIN}"
    reminders = scene.reminders()
    for _ in range(4):
        reminders.remind()
        scene.come_back(HOME, "4.4.1")
        scene.now += timedelta(days=7)
    assert [mail["To"] for mail in inbox.mails] == [HOME, HOME, own, own]
    scene.now += timedelta(weeks=13)  # what failed so long ago is forgotten
    reminders.remind()
    assert inbox.mails[-1]["To"] == HOME


def test_what_came_back_before_it_was_settled_stays_so(scene: Scene) -> None:
    account = scene.person(idle_days=45)
    claim = Claim(NoticeKind.DORMANT, account.id, HOME, scene.today, 7)
    with scene.province.db.transaction() as session:
        assert take(session, claim, scene.now) == claim.id
        assert come_back(session, claim.id, "5.1.1", scene.now, for_good=True)
        settle(session, claim.id, NoticeState.SENT, scene.now)
        assert not come_back(session, claim.id, "4.4.1", scene.now, for_good=False)
    (notice,) = notices(scene, NoticeKind.DORMANT)
    assert (notice.state, notice.failure) == (NoticeState.REFUSED, "5.1.1")


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-23T00:59+00:00", True),  # 7:59 in Vietnam
        ("2026-11-23T01:00+00:00", False),
        ("2026-11-23T09:59+00:00", False),
        ("2026-11-23T10:00+00:00", True),
        ("2026-11-28T02:00+00:00", True),  # Saturday
        ("2026-11-22T17:30+00:00", True),  # Monday there, half past midnight
        ("2026-11-24T02:00+00:00", True),  # a holiday of the setting
    ],
)
def test_nothing_is_sent_at_quiet_hours(
    scene: Scene, inbox: Inbox, moment: str, *, quiet: bool
) -> None:
    scene.person(idle_days=45)
    scene.now = datetime.fromisoformat(moment)
    reminders = scene.reminders(holidays=["2026-11-24"])
    if quiet:
        with pytest.raises(QuietHours):
            reminders.remind()
    else:
        reminders.remind()
    assert len(inbox.mails) == (0 if quiet else 1)


def test_after_three_lists_in_vain_the_office_above_is_told_once_a_month(
    scene: Scene, inbox: Inbox
) -> None:
    above, below = scene.office(scene.top), scene.office(scene.department)
    scene.person("Đỗ Văn Ngủ", idle_days=40)
    scene.person("Lê Thị Mới", idle_days=20)  # dormant later, and on fewer lists
    reminders = scene.reminders()
    for office in (above, below):
        scene.use(office, scene.today)
    told = []
    for _ in range(6):
        inbox.mails.clear()
        reminders.remind()
        reports = [mail for mail in inbox.mails if "cấp dưới" in mail["Subject"]]
        told.append(bool(reports))
        for mail in reports:
            assert mail["To"] == f"{above.login}@{DOMAIN}"
            assert "Đỗ Văn Ngủ" in str(mail.get_content())
            assert "Lê Thị Mới" not in str(mail.get_content())
        scene.now += timedelta(days=7)
    assert told == [False, False, False, True, False, False]


def test_an_organisation_without_an_account_is_told_through_the_next_above(
    scene: Scene, inbox: Inbox
) -> None:
    above = scene.office(scene.top)
    scene.person("Đỗ Văn Ngủ", idle_days=40, recovery_email=HOME)
    scene.reminders().remind()
    assert "Đỗ Văn Ngủ" in body(inbox, f"{above.login}@{DOMAIN}")


def test_a_lock_is_told_to_the_office_and_the_operator_at_any_hour(
    scene: Scene, inbox: Inbox
) -> None:
    office = scene.office(scene.department)
    account = scene.person("Đỗ Văn Gửi", idle_days=0)
    with scene.province.db.transaction() as session:
        session.get_one(type(account), account.id).status = AccountStatus.SUSPENDED
    scene.now = datetime.fromisoformat("2026-11-28T20:00+00:00")
    reminders = scene.reminders()
    for _ in range(2):  # a job that is tried again
        reminders.tell_of_limit(account.id)
    assert recipients(inbox) == sorted([f"{office.login}@{DOMAIN}", "truc@backan.gov.vn"])
    text = body(inbox, "truc@backan.gov.vn")
    assert account.login in text
    assert "250" in text
