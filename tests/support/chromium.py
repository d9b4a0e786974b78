"""A real browser. One for the tests of a module, with fresh cookies for each test.

Not one for the whole run: while Playwright's synchronous interface is open, an event loop counts
as running in this thread, and tests that call asyncio.run would be refused.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROGRAMS = ("chromium", "google-chrome")
FLAGS = (
    "--no-sandbox",  # needed as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MILLISECONDS = 30_000


def find_program() -> str:
    """CONGVU_CHROMIUM names another build."""
    for name in (os.environ.get("CONGVU_CHROMIUM", ""), *PROGRAMS):
        if path := shutil.which(name):
            return path
    raise RuntimeError("There is no Chromium: script/bootstrap installs it on Debian.")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_program(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def browsing(chromium: Browser) -> Iterator[BrowserContext]:
    """A person at a fresh browser; self-made certificates are believed."""
    context = chromium.new_context(locale="vi-VN", ignore_https_errors=True)
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def page(browsing: BrowserContext) -> Page:
    return browsing.new_page()
