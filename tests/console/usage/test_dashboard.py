"""The dashboard: the rate with its formula and all counts, drill-down, months, what moved it."""

import re
from datetime import date
from html import unescape

import pytest

from identity.accounts.models import AccountStatus
from identity.roles.models import Role
from mail_admin.rate.settings import Sign
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser
from tests.support.small_usage import AFTER, Small, active_since
from tests.support.usage import LONG_AGO, add_partition, morning, use

OCTOBER = "/quan-tri/su-dung?month=2026-10"
HOSTILE = "<script>alert('x')</script> & Sở"


def signed_in(console: ConsoleWorld, small: Small, role: Role) -> Browser:
    """Of an office below the top whose mailboxes are too new to count."""
    code = f"H03.8{list(Role).index(role)}"
    office = console.sign_on.province.organisation("Văn phòng", code=code, parent_id=small.top)
    member = console.sign_on.member(organisation=office)
    console.give(member, role)
    return console.browser(member)


@pytest.fixture
def leader(console: ConsoleWorld, small: Small) -> Browser:
    return signed_in(console, small, Role.LEADER)


def text_of(browser: Browser, address: str) -> str:
    """What is read, without tags, with single spaces."""
    response = browser.get(address)
    assert response.status_code == 200, response.text
    without = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", response.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", without)).split())


def test_the_rate_stands_with_its_formula_its_target_and_all_counts(
    leader: Browser, small: Small
) -> None:
    small.refresh()
    text = text_of(leader, OCTOBER)
    assert "Tháng 10 năm 2026" in text
    assert "Tỷ lệ sử dụng 60,0 % Dưới mục tiêu 90 %" in text
    counts = (
        "Đã cấp 5 Đang phục vụ 5 Có hoạt động 3 Chưa dùng 2 Chưa kích hoạt 1 Bị khóa 0 Đang nghỉ 0"
    )
    assert counts in text
    assert "Tỷ lệ sử dụng = số hộp thư có hoạt động ÷ số hộp thư đang phục vụ" in text
    assert "Chưa chốt" in text
    assert "Tính lúc" in text


def test_figures_computed_anew_are_shown_at_once(leader: Browser, small: Small) -> None:
    """Even in the same moment as those before, which were looked at."""
    small.refresh()
    assert "Tỷ lệ sử dụng 60,0 %" in text_of(leader, OCTOBER)
    with small.registry() as registry:
        person = registry.person((small.finance, LONG_AGO, None))
        registry.account(active_since(date(2026, 1, 5)), person=person)
    assert "Tỷ lệ sử dụng 60,0 %" in text_of(leader, OCTOBER)
    small.refresh()
    assert "Tỷ lệ sử dụng 50,0 %" in text_of(leader, OCTOBER)


def test_without_a_month_it_is_the_latest_one_and_in_english_too(
    leader: Browser, small: Small
) -> None:
    small.refresh()
    text = text_of(leader, "/quan-tri/su-dung?lang=en")
    assert "October 2026" in text
    assert "60.0 %" in text


def test_a_closed_month_is_marked(leader: Browser, small: Small) -> None:
    small.close()
    text = text_of(leader, OCTOBER)
    assert "Đã chốt Số liệu không thay đổi nữa." in text
    assert "10/2026 (đã chốt)" in text


def test_persons_and_organisations_apart(leader: Browser, small: Small) -> None:
    small.refresh()
    assert "50,0 %" in text_of(leader, f"{OCTOBER}&scope=persons")
    assert "100,0 %" in text_of(leader, f"{OCTOBER}&scope=organisations")


@pytest.mark.parametrize(
    ("period", "title"),
    [
        ("quarter", "Quý IV năm 2026"),
        ("half-year", "6 tháng cuối năm 2026"),
        ("year", "Năm 2026"),
        ("year-10-december", "Năm 2026 (từ 10/12/2025 đến 10/12/2026)"),
    ],
)
def test_longer_periods_say_what_is_missing(
    leader: Browser, small: Small, period: str, title: str
) -> None:
    small.refresh()
    text = text_of(leader, f"{OCTOBER}&period={period}")
    assert title in text
    assert "Chưa có số liệu của:" in text
    assert "/hop-thu?" not in leader.get(f"{OCTOBER}&period={period}").text


def test_organisations_lead_down_to_the_mailboxes_behind_a_number(
    leader: Browser, small: Small
) -> None:
    small.refresh()
    page = leader.get(OCTOBER).text
    assert 'href="/quan-tri/su-dung?month=2026-10&amp;under=H03.1"' in page
    text = text_of(leader, f"{OCTOBER}&under=H03.1")
    assert "Sở Tài chính" in text
    assert "66,7 %" in text
    assert "Cơ quan trực thuộc" not in text, "nothing is below it"
    unused = "/quan-tri/su-dung/hop-thu?month=2026-10&under=H03.1&state=unused"
    assert unused.replace("&", "&amp;") in leader.get(f"{OCTOBER}&under=H03.1").text
    assert "hopthu9" in text_of(leader, unused)
    assert "hopthu5" not in text_of(leader, unused)


@pytest.mark.parametrize("order", ["worst", "best", "up", "down", "tree", "nonsense"])
def test_the_table_is_ordered_as_wished(leader: Browser, small: Small, order: str) -> None:
    small.refresh()
    page = leader.get(f"{OCTOBER}&order={order}").text
    table = page[page.index("usage-table") :]
    finance, health = table.index("Sở Tài chính"), table.index("Sở Y tế")
    assert (health < finance) == (order == "worst")


def test_months_without_figures_are_gaps_in_chart_table_and_heat_map(
    leader: Browser, small: Small
) -> None:
    small.refresh()
    page = leader.get(f"{OCTOBER}&span=24").text
    wide = page[page.index("line-wide-title") : page.index("</svg>", page.index("line-wide"))]
    assert wide.count("<circle") == 1
    assert 'class="chart-line"' not in wide, "one month makes no line"
    assert page.count('<td class="gap">') == 3 * 24 - 2
    assert "chưa có" in text_of(leader, OCTOBER)


def test_a_month_without_figures_keeps_the_way_to_the_others(leader: Browser, small: Small) -> None:
    small.refresh()
    text = text_of(leader, "/quan-tri/su-dung?month=2025-01")
    assert "Chưa có số liệu của kỳ này" in text
    assert "10/2026" in text


@pytest.mark.parametrize("path", ["", "/hop-thu", "/bien-dong"])
def test_before_the_first_figures(leader: Browser, path: str) -> None:
    assert "Chưa có số liệu sử dụng" in text_of(leader, f"/quan-tri/su-dung{path}")


def test_an_organisation_that_is_not_there(leader: Browser, small: Small) -> None:
    small.refresh()
    for path in ("", "/hop-thu", "/bien-dong", "/tep/csv"):
        response = leader.get(f"/quan-tri/su-dung{path}?month=2026-10&under=H99")
        assert response.status_code == 404, path


def test_names_are_text_whatever_they_contain(leader: Browser, small: Small) -> None:
    with small.registry() as registry:
        place = registry.organisation((small.top, LONG_AGO, None), name=HOSTILE, code="H03.9")
        person = registry.person((place, LONG_AGO, None))
        registry.account(active_since(AFTER.date().replace(month=1)), person=person)
    small.refresh()
    for address in (OCTOBER, f"{OCTOBER}&under=H03.9", f"{OCTOBER}&order=worst"):
        page = leader.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_what_moved_the_rate_adds_up_to_the_change(leader: Browser, small: Small) -> None:
    """Finance goes from 2 of 3 to 1 of 3, health stays at 1 of 2."""
    with small.registry() as registry:
        session = registry.session
        add_partition(session, date(2026, 11, 1))
        use(session, small.account(registry, "active"), Sign.WEB, AFTER.date())
        office = "SELECT id FROM identity_account WHERE kind = 'organisation'"
        for (account,) in session.connection().exec_driver_sql(office).all():
            use(session, account, Sign.SENT, AFTER.date())
    small.refresh(AFTER.replace(month=12))
    text = text_of(leader, "/quan-tri/su-dung?month=2026-11")
    assert "So với kỳ trước: −20,0 điểm phần trăm, là tổng của các dòng sau." in text
    assert "Sở Tài chính 66,7 % → 33,3 % −20,00" in text
    reasons = text_of(leader, "/quan-tri/su-dung/bien-dong?month=2026-11")
    assert "Tỷ lệ thay đổi −20,0 điểm phần trăm" in reasons
    assert "Trước có dùng, nay không dùng −20,00 1" in reasons
    assert "Không đổi, chỉ khác tỷ trọng +0,00 4" in reasons


def test_locked_mailboxes_are_a_reason(leader: Browser, small: Small) -> None:
    with small.registry() as registry:
        add_partition(registry.session, date(2026, 11, 1))
        person = registry.person((small.finance, LONG_AGO, None))
        locked = [
            *active_since(AFTER.date().replace(month=1)),
            (AccountStatus.SUSPENDED, morning(AFTER.date())),
        ]
        account = registry.account(locked, person=person)
        use(registry.session, account, Sign.WEB, AFTER.date().replace(month=10))
        use(registry.session, account, Sign.WEB, AFTER.date())
    small.refresh(AFTER.replace(month=12))
    text = text_of(leader, "/quan-tri/su-dung/bien-dong?month=2026-11&under=H03.1")
    assert "Bị khóa" in text


def test_a_month_before_without_figures_explains_nothing(leader: Browser, small: Small) -> None:
    small.refresh()
    assert "Không có gì để so sánh" in text_of(leader, "/quan-tri/su-dung/bien-dong?month=2026-10")
    assert "Kỳ trước chưa có số liệu để so sánh" in text_of(leader, OCTOBER)
