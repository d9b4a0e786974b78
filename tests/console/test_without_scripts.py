"""The console at a browser that runs no scripts: slower to the eye, complete all the same."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.sights import Sights, build, run_aside
from tests.support.chromium import PATIENCE_MILLISECONDS, chromium
from tests.support.console import ConsoleWorld
from tests.support.registry import people_row, workbook
from tests.support.small_usage import Small, small

__all__ = ["chromium", "small"]


@pytest.fixture
def sights(console: ConsoleWorld, small: Small) -> Sights:
    return build(console, small.top)


@pytest.fixture
def page(chromium: Browser, console: ConsoleWorld, sights: Sights) -> Iterator[Page]:
    context = chromium.new_context(
        java_script_enabled=False,
        locale="vi-VN",
        base_url=str(console.sign_on.client.base_url),
        viewport={"width": 390, "height": 844},
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    console.sit_down(sights.visitor, context)
    yield context.new_page()
    context.close()


def test_somebody_is_found_and_moved(page: Page) -> None:
    page.goto("/quan-tri/can-bo")
    page.fill("#q", "hoang thi mai")
    page.press("#q", "Enter")
    page.click("#results >> text=Hoàng Thị Mai")
    page.click("text=Điều động")
    page.fill("[name=organisation]", "H03.1")
    page.fill("[name=reason]", "điều động")
    page.click("main form button.btn-primary")
    expect(page.locator(".note.good")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Sở Tài chính")


def test_the_tree_opens_and_the_theme_changes(page: Page, sights: Sights) -> None:
    page.goto(f"/quan-tri/co-quan/{sights.organisation}")
    page.goto("/quan-tri/co-quan?q=nong+nghiep")
    page.click("main >> text=Ban Quản lý dự án >> nth=0")
    expect(page.locator("h1")).to_contain_text("Ban Quản lý dự án")
    page.locator("[name=theme]").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert has_white_paper(page) is False
    page.emulate_media(media="print")
    assert has_white_paper(page)
    page.emulate_media(media="screen", color_scheme="dark")
    page.locator("[name=theme]").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    assert has_white_paper(page)


def has_white_paper(page: Page) -> bool:
    paper: str = page.evaluate("getComputedStyle(document.body).getPropertyValue('--paper')")
    return paper == "#ffffff"


def test_a_list_goes_from_the_file_to_the_letters(page: Page, console: ConsoleWorld) -> None:
    rows = workbook(
        people_row(61, code="H03.77", name="Bàn Văn Phúc"),
        people_row(62, code="H03.77", name="Lý Thị Nga", citizen="60940004"),
    )
    page.goto("/quan-tri/nhap-danh-sach/moi")
    file = {"name": "moi.xlsx", "mimeType": "application/octet-stream", "buffer": rows}
    page.set_input_files("#file", file)  # type: ignore[arg-type]  # a TypedDict of theirs
    page.fill("#reason", "Danh sách mới")
    page.click("text=Gửi để kiểm tra")
    expect(page.locator("progress")).to_be_visible()
    run_aside(console.sign_on.services)
    page.wait_for_selector("#rows")  # the page asks for itself again
    page.fill("[name=o-1-citizen_number]", "006094000418")
    page.click("text=Lưu và kiểm tra lại")
    run_aside(console.sign_on.services)
    page.wait_for_selector("text=Xem và xác nhận")
    page.click("text=Xem và xác nhận")
    page.click("text=Ghi vào hệ thống")
    run_aside(console.sign_on.services)
    page.wait_for_selector("#letters")
    with page.expect_download() as download:
        page.click("text=Làm và tải thư")
    assert download.value.suggested_filename.endswith(".zip")
