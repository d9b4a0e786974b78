"""The whole wizard in a real browser: a file is dropped, progress is live, letters are loaded."""

import base64
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page, expect

from entrypoints.wiring import Services
from identity.organisations.models import Organisation
from identity.roles.models import Role
from tests.console.imports.conftest import PATH
from tests.support.chromium import browsing, chromium
from tests.support.console import ConsoleWorld
from tests.support.jobs import run_jobs
from tests.support.person import without_complaints
from tests.support.registry import people_row, workbook

__all__ = ["browsing", "chromium"]

DROP = """(zone, content) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "danh-sach.xlsx"));
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true }));
}"""


@contextmanager
def worker(services: Services) -> Iterator[None]:
    """Everything that is due, in a thread of its own as the loop of the browser is in this one."""
    thread = threading.Thread(target=run_jobs, args=(services,))
    thread.start()
    yield
    thread.join()


def drop(page: Page, content: bytes) -> None:
    page.locator("[data-drop]").evaluate(DROP, base64.b64encode(content).decode())


def test_from_the_spreadsheet_to_the_letters(
    browsing: BrowserContext, console: ConsoleWorld, finance: Organisation
) -> None:
    services = console.sign_on.services
    console.sit_down(console.holder(Role.HR), browsing)
    page = browsing.new_page()
    bad = people_row(2, code="H03.77", name="Bàn Văn Phúc", citizen="60940004")
    with without_complaints(page):
        page.goto(f"{console.sign_on.client.base_url}".rstrip("/") + f"{PATH}/moi")
        drop(page, workbook(people_row(1, code="H03.77"), bad))
        page.fill("#reason", f"Danh sách của {finance.name}")
        page.click("text=Gửi để kiểm tra")
        expect(page.locator("[data-words]")).to_have_text("Đang chờ đến lượt xử lý…")
        with worker(services):
            expect(page.locator("#rows")).to_be_visible()
        page.fill("[name=o-1-citizen_number]", "006094000418")
        page.click("text=Lưu và kiểm tra lại")
        expect(page.locator("progress")).to_be_visible()
        with worker(services):
            expect(page.locator("#rows")).to_be_visible()
        page.click("text=Xem và xác nhận")
        page.click("text=Ghi vào hệ thống")
        expect(page.locator("progress")).to_be_visible()
        with worker(services):
            expect(page.locator("#letters")).to_be_visible()
        with page.expect_download() as download:
            page.click("text=Làm và tải thư")
        with zipfile.ZipFile(download.value.path()) as letters:
            assert letters.testzip() is None
        page.click("text=Xem lại tình trạng")
        expect(page.locator("text=Làm lại và tải thư")).to_be_visible()
