"""The LDAP directory at the console: what waits, what was refused, the brake."""

from uuid import uuid4

import pytest

from identity.accounts.queries import get_account
from identity.directory.brake import list_open_stops
from identity.directory.models import BrakeStop
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.registry import NOW
from tests.support.sign_on import Browser

PAGE = "/quan-tri/thu-muc"
HELD = {"to_lock": 250, "to_remove": 10, "accounts": 6433, "most_accounts": 200}


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


@pytest.fixture
def stop(console: ConsoleWorld) -> str:
    with console.sign_on.services.database.transaction() as session:
        row = BrakeStop(id=uuid4(), stopped_at=NOW, held=HELD)
        session.add(row)
        return str(row.id)


def test_refused_entries_are_listed_with_the_reason_in_words(
    console: ConsoleWorld, browser: Browser
) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    with console.sign_on.services.database.transaction() as session:
        get_account(session, member.id).projection_error = "directory-entry-exists"
    page = browser.get(PAGE).text
    assert f'<a href="/quan-tri/tai-khoan/{member.id}">' in page
    assert "không phải của hệ thống" in page


def test_the_brake_is_released_by_whoever_types_how_many(
    console: ConsoleWorld, browser: Browser, stop: str
) -> None:
    assert "250" in browser.get(PAGE).text
    assert "6.433" in browser.get(f"{PAGE}/dung/{stop}").text
    form = {"reason": "đã đối chiếu danh sách", "confirmation": "250"}
    refused = browser.post(f"{PAGE}/dung/{stop}", form)
    assert refused.status_code == 422
    assert "đã đối chiếu danh sách" in refused.text
    answer = browser.post(f"{PAGE}/dung/{stop}", {**form, "confirmation": "260"})
    assert "Đã cho qua" in browser.follow(answer).text
    with console.sign_on.services.database.transaction() as session:
        assert list_open_stops(session) == []
    assert browser.get(f"{PAGE}/dung/{stop}").status_code == 409


def test_hr_looks_but_does_not_release(console: ConsoleWorld, stop: str) -> None:
    browser = console.browser(console.holder(Role.HR))
    page = browser.get(PAGE).text
    assert "Phanh thay đổi hàng loạt" in page
    assert f"{PAGE}/dung/" not in page
    assert browser.post(f"{PAGE}/dung/{stop}", {"reason": "abc"}).status_code == 403
