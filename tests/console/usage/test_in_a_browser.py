"""The dashboard full of figures, in a real browser: charts, heat map and tables for everybody."""

import io
from datetime import date

import pypdf
import pytest
from playwright.sync_api import BrowserContext

from identity.roles.models import Role
from mail_admin.rate.settings import Sign
from tests.console.usage.test_dashboard import HOSTILE
from tests.support.accessibility import assert_good_page
from tests.support.album import Album
from tests.support.chromium import browsing, chromium
from tests.support.console import ConsoleWorld
from tests.support.person import without_complaints
from tests.support.small_usage import AFTER, Small
from tests.support.usage import LONG_AGO, Registry, add_partition, use

__all__ = ["browsing", "chromium"]
LONG_NAME = "Ban Quản lý dự án đầu tư xây dựng các công trình nông nghiệp " * 4
PAGES = {
    "dashboard": "/quan-tri/su-dung?month=2026-11&span=24",
    "leaf": "/quan-tri/su-dung?month=2026-11&under=H03.1",
    "mailboxes": "/quan-tri/su-dung/hop-thu?month=2026-11",
    "reasons": "/quan-tri/su-dung/bien-dong?month=2026-11",
}


def fill(registry: Registry, small: Small) -> None:
    """Enough organisations for a ranking, two months of use."""
    add_partition(registry.session, date(2026, 11, 1))
    for number in range(12):
        name = LONG_NAME.strip() if number == 3 else f"{HOSTILE} {number}"
        place = registry.organisation((small.top, LONG_AGO, None), name=name, code=f"H03.7{number}")
        for mailbox in range(3):
            person = registry.person((place, LONG_AGO, None))
            account = registry.account(small.old_account, person=person)
            if mailbox < number % 4:
                use(registry.session, account, Sign.WEB, date(2026, 10, 5))
            if mailbox < (number + 1) % 4:
                use(registry.session, account, Sign.SENT, date(2026, 11, 5))


@pytest.mark.parametrize("name", list(PAGES))
def test_figures_are_for_everybody(
    browsing: BrowserContext, console: ConsoleWorld, small: Small, name: str
) -> None:
    with small.registry() as registry:
        fill(registry, small)
    small.refresh(AFTER.replace(month=12))
    world = console.sign_on
    office = world.province.organisation("Văn phòng", code="H03.80", parent_id=small.top)
    member = world.member(organisation=office)
    console.give(member, Role.ADMINISTRATOR)
    console.sit_down(member, browsing)
    page = browsing.new_page()
    with without_complaints(page):
        page.goto(f"{str(world.client.base_url).rstrip('/')}{PAGES[name]}")
        for details in page.locator("details").all():
            details.locator("summary").click()
        assert_good_page(page, f"console-usage-{name}", most_bytes=200 * 1024)


def test_the_dashboard_prints_its_summary_on_one_white_sheet_then_the_organisations(
    browsing: BrowserContext, console: ConsoleWorld, small: Small
) -> None:
    small.refresh(AFTER)
    office = console.sign_on.province.organisation("Văn phòng", code="H03.80", parent_id=small.top)
    leader = console.sign_on.member(organisation=office)
    console.give(leader, Role.LEADER)
    console.sit_down(leader, browsing)
    page = browsing.new_page()
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{str(console.sign_on.client.base_url).rstrip('/')}/quan-tri/su-dung?month=2026-10")
    ground = page.evaluate("getComputedStyle(document.body).getPropertyValue('--paper')")
    assert ground.strip() == "#ffffff"
    margin = dict.fromkeys(("top", "right", "bottom", "left"), "10mm")
    sheets = page.pdf(format="A4", margin=margin)  # type: ignore[arg-type]  # a TypedDict of theirs
    Album("print").keep("usage", "pdf", sheets)
    texts = [sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(sheets)).pages]
    assert len(texts) == 2
    assert "Điều gì làm thay đổi" in texts[0]
    assert "Cơ quan trực thuộc" not in texts[0]
    assert "Cơ quan trực thuộc" in texts[1]
    assert "Cơ quan theo tháng" in texts[1]
    assert "PDF" not in texts[0] + texts[1]  # nor any other button
    assert "Theo danh sách" not in texts[1]
