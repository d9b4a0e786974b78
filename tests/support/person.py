"""What a person does in front of a browser."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, expect

from tests.support.provider import Member

SIGN_IN_PATH = "/dang-nhap"


def sign_in(page: Page, member: Member) -> None:
    """Fill in the sign-in page that is shown."""
    page.fill("[name=identifier]", member.login)
    page.fill("[name=password]", member.password)
    page.press("[name=password]", "Enter")


def is_asked_to_sign_in(page: Page) -> bool:
    return SIGN_IN_PATH in page.url


def shown_json(page: Page) -> Any:
    return json.loads(page.locator("body").inner_text())


def wait_for_address(page: Page, address: str) -> None:
    """Exactly this one."""
    expect(page).to_have_url(address)


@contextmanager
def counting_password_entries(page: Page) -> Iterator[list[str]]:
    """The addresses that a password was sent to."""
    entries: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "password" in (request.post_data or ""):
            entries.append(request.url)

    page.on("request", note)
    yield entries
    page.remove_listener("request", note)


@contextmanager
def without_complaints(page: Page) -> Iterator[None]:
    """The browser refuses nothing by the policy of a page, and no script fails."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if _is_bad(message) else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert not said, said


def _is_bad(message: ConsoleMessage) -> bool:
    """Of answers from 400 on the browser complains by itself, htmx of requests it gives up."""
    given_up = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
    told = "the server responded with a status" in message.text
    return message.type == "error" and not given_up and not told
