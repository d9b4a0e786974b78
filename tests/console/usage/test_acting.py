"""What is done about mailboxes that nobody uses, on the dashboard, and the mails behind it."""

from datetime import timedelta
from uuid import UUID

import pytest

from identity.roles.models import Role
from mail_admin.reminders.models import Notice, NoticeKind, NoticeState, RuleRun, RunOutcome
from mail_admin.reminders.settings import ReminderSettings
from tests.console.usage.test_dashboard import OCTOBER, signed_in, text_of
from tests.support.console import ConsoleWorld
from tests.support.registry import NOW, TODAY
from tests.support.sign_on import Browser
from tests.support.small_usage import Small

NOTICES = "/quan-tri/su-dung/thu-nhac"


@pytest.fixture
def leader(console: ConsoleWorld, small: Small) -> Browser:
    small.refresh()
    return signed_in(console, small, Role.LEADER)


@pytest.fixture
def acting(console: ConsoleWorld, monkeypatch: pytest.MonkeyPatch) -> ReminderSettings:
    """Reminders and rules are switched on."""
    settings = console.sign_on.services.reminders.settings
    monkeypatch.setattr(settings, "enabled", True)
    monkeypatch.setattr(settings.rules, "mode", "apply")
    return settings


def told(
    console: ConsoleWorld,
    kind: NoticeKind,
    subject: UUID,
    state: NoticeState = NoticeState.SENT,
    *,
    days_ago: int = 0,
    failure: str | None = None,
) -> None:
    day, at = TODAY - timedelta(days=days_ago), NOW - timedelta(days=days_ago)
    with console.sign_on.services.database.transaction() as session:
        session.add(
            Notice(
                kind=kind,
                lane=f"{kind.value} {days_ago}",
                subject_id=subject,
                day=day,
                next_day=day,
                state=state,
                claimed_at=at,
                failure=failure,
            )
        )


def ran(console: ConsoleWorld, outcome: RunOutcome, *, locked: int, days_ago: int) -> None:
    with console.sign_on.services.database.transaction() as session:
        at = NOW - timedelta(days=days_ago)
        counts = {"ready": 300, "waiting": 4, "locked": locked, "revoked": 0}
        session.add(RuleRun(at=at, by="usage rules", outcome=outcome, **counts))


def test_switched_off_it_says_so(leader: Browser) -> None:
    assert "Nhắc nhở đang tắt. Quy tắc khóa đang tắt." in text_of(leader, NOTICES)


def test_the_dashboard_of_the_province_fetches_the_figures_and_leads_to_them(
    leader: Browser,
) -> None:
    page = leader.get(OCTOBER).text
    assert f'id="acting" hx-get="{NOTICES}"' in page
    assert f'<a href="{NOTICES}">' in page
    assert NOTICES not in leader.get(f"{OCTOBER}&under=H03.1").text
    part = leader.get(NOTICES, headers={"HX-Request": "true", "HX-Target": "acting"}).text
    assert part.startswith('<div id="acting">')
    assert "<table" not in part


@pytest.mark.usefixtures("acting")
def test_what_was_done_this_month_is_counted_and_when_it_goes_on_is_said(
    console: ConsoleWorld, leader: Browser, small: Small
) -> None:
    member = console.sign_on.member()
    first, long_ago = NOW.astimezone().day - 1, 40
    told(console, NoticeKind.DORMANT, member.id)
    told(console, NoticeKind.NEVER_ACTIVATED, member.id, days_ago=first)
    told(console, NoticeKind.DORMANT, member.id, NoticeState.REFUSED, days_ago=1, failure="5.1.1")
    told(console, NoticeKind.DORMANT, member.id, days_ago=long_ago)
    told(console, NoticeKind.DIGEST, small.finance)
    told(console, NoticeKind.LIMIT_LOCK, member.id)
    ran(console, RunOutcome.APPLIED, locked=50, days_ago=long_ago)
    ran(console, RunOutcome.APPLIED, locked=2, days_ago=1)
    ran(console, RunOutcome.STOPPED, locked=0, days_ago=0)
    text = text_of(leader, NOTICES)
    figures = (
        "Lượt nhắc trong tháng 2 Thư gửi cơ quan trong tháng 1 Thư không tới nơi 1"
        " Khóa theo quy tắc trong tháng 2"
    )
    assert figures in text
    assert "Nhắc lần gần nhất hôm nay" in text
    assert "Lần tới " in text
    assert "4 hộp thư chờ đủ ngày báo trước." in text
    assert "Quy tắc muốn khóa 300 hộp thư cùng lúc" in text
    assert "Reminders and locking by rule" in text_of(leader, f"{NOTICES}?lang=en")


@pytest.mark.usefixtures("acting")
def test_mails_are_listed_with_what_became_of_them(
    console: ConsoleWorld, leader: Browser, small: Small
) -> None:
    member = console.sign_on.member()
    told(console, NoticeKind.DORMANT, member.id, NoticeState.UNDELIVERED, failure="4.4.1")
    told(console, NoticeKind.DIGEST, small.finance)
    page = leader.get(NOTICES).text
    assert f'href="/quan-tri/co-quan/{small.finance}"' in page
    assert member.login in page
    assert f"/quan-tri/tai-khoan/{member.id}" not in page  # leaders see no accounts
    failed = text_of(leader, f"{NOTICES}?state=failed")
    assert f"{member.login} Nhắc dùng hộp thư" in failed
    assert "Bị trả lại mã lỗi 4.4.1" in failed
    assert "Danh sách gửi cơ quan hôm nay" not in failed
    assert "Không có thư nhắc nào như vậy" in text_of(leader, f"{NOTICES}?kind=quarterly")
    assert leader.get(f"{NOTICES}?cursor=xyz").status_code == 422
    officer = console.browser(console.holder(Role.HR, name="Lê Thị Hoa"))
    assert f"/quan-tri/tai-khoan/{member.id}" in officer.get(f"{NOTICES}?kind=dormant").text


@pytest.mark.usefixtures("acting")
def test_pages_of_mails_neither_skip_nor_repeat(console: ConsoleWorld) -> None:
    member = console.sign_on.member()
    for days in range(60):
        told(console, NoticeKind.DORMANT, member.id, days_ago=days)
    browser = console.browser(console.holder(Role.HR, name="Lê Thị Hoa"))
    first = browser.get(f"{NOTICES}?kind=dormant").text
    following = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = browser.get(NOTICES + following.replace("&amp;", "&")).text
    rows = [page.count('<td class="main-cell">') for page in (first, second)]
    assert rows == [50, 10]
