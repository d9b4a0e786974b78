"""What a system calls people, at the console and over the API."""

import pytest
from sqlalchemy import select

from identity.roles.models import Role
from kernel.audit import AuditRecord
from sso.clients import service
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS
from tests.support.sign_on import Browser, Member
from tests.support.web import Api

PAGE = "/quan-tri/he-thong/qlvb/ten-nguoi-dung"
NAMES = "/clients/qlvb/usernames"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    console.sign_on.application("qlvb", username_template="{unit}_{name}")
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def give(console: ConsoleWorld, member: Member, username: str) -> None:
    with console.sign_on.services.database.transaction() as session:
        service.map_username(
            session, console.sign_on.officer, "qlvb", member.id, username, basis=BASIS
        )


def test_names_are_searched_by_person_and_by_themselves(
    console: ConsoleWorld, browser: Browser
) -> None:
    assert "Chưa ghi tên nào" in browser.get(PAGE).text
    first = console.sign_on.member("Nguyễn Văn An")
    second = console.sign_on.member("Đỗ Thị Ngọc Ánh")
    give(console, first, HOSTILE)
    give(console, second, "skhcn_dothingocanh")
    for query, shown in (("nguyen van", first), ("SKHCN_", second), (second.login, second)):
        page = browser.get(PAGE, params={"q": query}).text
        assert f'?login={shown.login}"' in page, query
        assert page.count("/dat?login=") == 1, query
    page = browser.get(PAGE).text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "Không tìm thấy tên nào" in browser.get(f"{PAGE}?q=khong-co").text


def test_somebody_is_given_a_name_that_nobody_else_has(
    console: ConsoleWorld, browser: Browser
) -> None:
    first = console.sign_on.member("Nguyễn Văn An")
    second = console.sign_on.member("Đỗ Thị Ngọc Ánh")
    give(console, first, "skhcn_an")
    assert second.login in browser.get(f"{PAGE}/dat?q=ngoc anh").text
    assert "theo mẫu khi vào lần đầu" in browser.get(f"{PAGE}/dat?login={second.login}").text
    form = {"login": second.login, "username": "skhcn_an", "seen": "", "reason": "trùng tên"}
    refused = browser.post(f"{PAGE}/dat", form)
    assert refused.status_code == 422
    assert 'id="username-fault"' in refused.text
    assert 'value="trùng tên"' in refused.text
    assert browser.post(f"{PAGE}/dat", form | {"username": " "}).status_code == 422
    answer = browser.post(f"{PAGE}/dat", form | {"username": "skhcn_anh"})
    assert "Đã đặt tên" in browser.follow(answer).text
    stale = browser.post(f"{PAGE}/dat", form | {"username": "skhcn_anh2"})
    assert stale.status_code == 422
    assert "giờ là skhcn_anh" in stale.text
    assert 'name="seen" value="skhcn_anh"' in stale.text


def test_programs_read_the_names_and_learn_of_changes_between(
    console: ConsoleWorld, browser: Browser, api: Api
) -> None:
    del browser  # registers the system
    member = console.sign_on.member("Nguyễn Văn An")
    give(console, member, "skhcn_an")
    give(console, console.sign_on.member("Đỗ Thị Ngọc Ánh"), "skhcn_anh")
    found = [one["username"] for page in api.pages(NAMES, limit=1) for one in page]
    assert sorted(found) == ["skhcn_an", "skhcn_anh"]
    assert [one["username"] for one in api.get(NAMES, q="nguyen")["items"]] == ["skhcn_an"]
    change = {"username": "x", "seen": "", "basis": {"reason": "đổi tên"}}
    refused = api.put(f"{NAMES}/{member.id}", change, status=409)
    assert refused["code"] == "username-changed-meanwhile"
    client = api.get("/clients/qlvb")
    change = {"description": client["description"], "basis": {"reason": "xem lại"}}
    api.put("/clients/qlvb", change | {"revision": client["revision"]})
    refused = api.put("/clients/qlvb", change | {"revision": "x"}, status=409)
    assert refused["code"] == "client-changed-meanwhile"


def test_a_name_is_taken_back_once_it_is_typed_and_with_a_reason(
    console: ConsoleWorld, browser: Browser
) -> None:
    member = console.sign_on.member("Nguyễn Văn An")
    give(console, member, "skhcn_<b>an")
    assert f'/go?login={member.login}"' in browser.get(PAGE).text
    page = browser.get(f"{PAGE}/go?login={member.login}").text
    assert "skhcn_&lt;b&gt;an" in page
    assert "{unit}_{name}" in page
    form = {"login": member.login, "seen": "skhcn_<b>an", "confirmation": "skhcn_<b>an"}
    assert browser.post(f"{PAGE}/go", form | {"reason": ""}).status_code == 422
    refused = browser.post(f"{PAGE}/go", form | {"reason": "nhầm", "confirmation": "skhcn"})
    assert refused.status_code == 422
    assert "Hãy gõ đúng tên sẽ gỡ" in refused.text
    assert 'value="nhầm"' in refused.text
    stale = form | {"reason": "nhầm", "seen": "old", "confirmation": "old"}
    assert "giờ là skhcn_&lt;b&gt;an" in browser.post(f"{PAGE}/go", stale).text
    answer = browser.follow(browser.post(f"{PAGE}/go", form | {"reason": "nhầm"}))
    assert "Đã gỡ tên" in answer.text
    assert "Chưa ghi tên nào" in answer.text
    assert browser.get(f"{PAGE}/go?login={member.login}").status_code == 404
    with console.sign_on.services.database.transaction() as session:
        tag = AuditRecord.tag == service.ClientAuditTag.USERNAME_ENDED
        record = session.scalars(select(AuditRecord).where(tag)).one()
        assert (record.subject_id, record.reason) == (member.id, "nhầm")
        assert record.details == {"client_id": "qlvb", "username": "skhcn_<b>an"}


def test_programs_take_names_back_that_they_know(
    console: ConsoleWorld, browser: Browser, api: Api
) -> None:
    del browser  # registers the system
    member = console.sign_on.member("Nguyễn Văn An")
    give(console, member, "skhcn_an")
    end = {"seen": "x", "basis": {"reason": "nhầm người"}}
    address = f"{NAMES}/{member.id}/end"
    refused = api.post(address, end, status=409)
    assert refused["code"] == "username-changed-meanwhile"
    api.post(address, end | {"seen": "skhcn_an"}, status=204)
    assert api.get(NAMES)["items"] == []
    assert api.post(address, end, status=404)["code"] == "username-not-kept"
