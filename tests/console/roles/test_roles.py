"""Who holds which role, giving one and ending one, at the console."""

import pytest

from identity.accounts.models import AccountStatus
from identity.accounts.queries import get_account
from identity.roles.models import Role
from identity.roles.service import roles_of
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser, Member

BASIS_FIELDS = {"reason": "phân công", "document_number": "12/QĐ", "document_date": "2026-11-02"}


@pytest.fixture
def administrator(console: ConsoleWorld) -> Member:
    return console.holder(Role.ADMINISTRATOR, name="Lê Thị Hoa")


@pytest.fixture
def browser(console: ConsoleWorld, administrator: Member) -> Browser:
    return console.browser(administrator)


def roles(console: ConsoleWorld, member: Member) -> frozenset[Role]:
    with console.sign_on.services.database.transaction() as session:
        return roles_of(session, member.id)


def test_holders_are_listed_with_what_they_may_do(console: ConsoleWorld, browser: Browser) -> None:
    member = console.holder(Role.LEADER)
    with console.sign_on.services.database.transaction() as session:
        get_account(session, member.id).display_name = "<script>alert(1)</script> Bình"
    page = browser.get("/quan-tri/vai-tro")
    assert "Lê Thị Hoa" in page.text
    assert "Lãnh đạo" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("role", [Role.HR, Role.IT, Role.LEADER])
def test_only_administrators_see_roles(console: ConsoleWorld, role: Role) -> None:
    browser = console.browser(console.holder(role))
    for path in ("/quan-tri/vai-tro", "/quan-tri/vai-tro/giao", "/quan-tri/vai-tro/x/it/ket-thuc"):
        assert browser.get(path).status_code == 403
    assert browser.post("/quan-tri/vai-tro/giao").status_code == 403


def test_people_are_found_by_name_without_tone_marks(
    console: ConsoleWorld, browser: Browser
) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    found = browser.get(
        "/quan-tri/vai-tro/giao?q=hoang+thi+mo",
        headers={"HX-Request": "true", "HX-Target": "found"},
    )
    assert f"giao?login={member.login}" in found.text
    assert "<html" not in found.text
    whole = browser.get("/quan-tri/vai-tro/giao?q=hoang+thi+mo")
    assert f"giao?login={member.login}" in whole.text
    assert "<html" in whole.text


def test_a_role_is_given_on_a_document(console: ConsoleWorld, browser: Browser) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    assert "Hoàng Thị Mơ" in browser.get(f"/quan-tri/vai-tro/giao?login={member.login}").text
    form = {"login": member.login, "role": "hr", **BASIS_FIELDS}
    answer = browser.post("/quan-tri/vai-tro/giao", form)
    assert answer.status_code == 303
    assert roles(console, member) == {Role.HR}
    assert "Đã giao vai trò" in browser.follow(answer).text


def test_what_is_missing_is_said_and_what_was_typed_stays(
    console: ConsoleWorld, browser: Browser
) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    form = {"login": member.login, "role": "", "reason": "x", "document_number": "12/QĐ <b>"}
    page = browser.post("/quan-tri/vai-tro/giao", form)
    assert page.status_code == 422
    assert "Hãy chọn một vai trò." in page.text
    assert "từ 3 đến 500 ký tự" in page.text
    assert 'value="12/QĐ &lt;b&gt;"' in page.text
    assert roles(console, member) == frozenset()


def test_a_role_is_not_given_twice(console: ConsoleWorld, browser: Browser) -> None:
    member = console.holder(Role.HR)
    page = browser.post(
        "/quan-tri/vai-tro/giao", {"login": member.login, "role": "hr", **BASIS_FIELDS}
    )
    assert page.status_code == 422
    assert "đã có vai trò này" in page.text


def test_a_role_is_ended(console: ConsoleWorld, browser: Browser) -> None:
    member = console.holder(Role.IT)
    address = f"/quan-tri/vai-tro/{member.login}/it/ket-thuc"
    assert "Trần Văn Bình" in browser.get(address).text
    assert browser.post(address, BASIS_FIELDS).status_code == 303
    assert roles(console, member) == frozenset()
    assert browser.get(address).status_code == 409


def test_the_last_administrator_stays(
    console: ConsoleWorld, browser: Browser, administrator: Member
) -> None:
    address = f"/quan-tri/vai-tro/{administrator.login}/administrator/ket-thuc"
    page = browser.post(address, {**BASIS_FIELDS, "confirmation": administrator.login})
    assert page.status_code == 422
    assert "quản trị hệ thống cuối cùng" in page.text
    assert roles(console, administrator) == {Role.ADMINISTRATOR}


def test_nobody_gives_up_their_own_administration_by_accident(
    console: ConsoleWorld, browser: Browser, administrator: Member
) -> None:
    console.holder(Role.ADMINISTRATOR)
    address = f"/quan-tri/vai-tro/{administrator.login}/administrator/ket-thuc"
    page = browser.post(address, {**BASIS_FIELDS, "confirmation": "ai-do"})
    assert page.status_code == 422
    assert "gõ đúng tên đăng nhập" in page.text
    assert roles(console, administrator) == {Role.ADMINISTRATOR}
    answer = browser.post(address, {**BASIS_FIELDS, "confirmation": administrator.login})
    assert answer.status_code == 303
    assert roles(console, administrator) == frozenset()


def test_what_another_site_sends_changes_nothing(console: ConsoleWorld, browser: Browser) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    form = {"login": member.login, "role": "hr", **BASIS_FIELDS}
    answer = browser.post("/quan-tri/vai-tro/giao", form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert roles(console, member) == frozenset()
    assert member.account.status is AccountStatus.ACTIVE
