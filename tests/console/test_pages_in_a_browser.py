"""Every page of the console in a real browser: for everybody, in both languages, not too heavy."""

import pytest
from playwright.sync_api import BrowserContext

from identity.roles.models import Role
from tests.console.test_permissions import OPEN, routes
from tests.support.accessibility import assert_good_page
from tests.support.chromium import browsing, chromium
from tests.support.console import ConsoleWorld
from tests.support.person import without_complaints

__all__ = ["browsing", "chromium"]

MOST_BYTES = 200 * 1024
LONG_NAME = "Công Tằng Tôn Nữ Hoàng Nguyễn Thị Thanh Huyền Trang"
LONG_OFFICE = (
    "Ban Quản lý dự án đầu tư xây dựng các công trình nông nghiệp và phát triển nông thôn, "
    "trực thuộc Sở Nông nghiệp và Môi trường"
)
MINE = "/tai-khoan/hop-thu"
PAGES = sorted(
    route.path
    for route in routes()
    if route.methods == {"GET"} and "{" not in route.path and route.path not in OPEN - {MINE}
)


def is_page(path: str) -> bool:
    """Others answer with files, events and parts of pages."""
    return path.rpartition("/")[2] != "tien-do" and "." not in path.rpartition("/")[2]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", [path for path in PAGES if is_page(path)])
def test_the_page_is_for_everybody(
    browsing: BrowserContext, console: ConsoleWorld, path: str, language: str
) -> None:
    world = console.sign_on
    office = world.province.organisation(LONG_OFFICE)
    member = world.member(LONG_NAME, organisation=office, position="Phó Trưởng phòng " * 5)
    console.give(member, Role.ADMINISTRATOR)
    console.sit_down(member, browsing)
    page = browsing.new_page()
    with without_complaints(page):
        page.goto(f"{world.client.base_url}{path}?lang={language}".replace("//quan", "/quan"))
        assert page.get_attribute("html", "lang") == language
        name = path.strip("/").replace("/", "-")
        assert_good_page(page, f"console-{name}-{language}", most_bytes=MOST_BYTES)
