"""The page of an account, and what can be done with it there."""

import re
from datetime import timedelta

import pytest

from identity.accounts.models import Account, AccountStatus, Mailbox
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.queries import addresses_of, get_account, list_custodians
from identity.accounts.service import suspend_account
from identity.roles.models import Role
from kernel.clock import office_day
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, DOMAIN, NOW
from tests.support.sign_on import Browser, Member

PATH = "/quan-tri/tai-khoan"
WHY = {"reason": "theo quyết định", "document_number": "12/QĐ-SNV"}


@pytest.fixture
def desk(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.HR))


@pytest.fixture
def member(console: ConsoleWorld) -> Member:
    return console.sign_on.member("Hoàng Thị Mai")


@pytest.fixture
def pending(console: ConsoleWorld) -> Account:
    province = console.sign_on.province
    return province.account(province.person(province.organisation(), "Lê Văn Chờ"))


@pytest.fixture
def shared(console: ConsoleWorld) -> Account:
    organisation = console.sign_on.province.organisation("Sở Nội vụ")
    with console.sign_on.services.database.transaction() as session:
        return open_organisation_account(
            session,
            console.sign_on.officer,
            organisation.id,
            stem="vanthu.snv",
            purpose="clerical",
            display_name="Văn thư Sở Nội vụ",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )


def now_of(console: ConsoleWorld, account: Account | Member) -> Account:
    with console.sign_on.services.database.transaction() as session:
        return get_account(session, account.id)


def test_the_page_tells_what_is_known_of_an_account(desk: Browser, member: Member) -> None:
    page = desk.get(f"{PATH}/{member.id}").text
    for shown in ("Hoàng Thị Mai", member.login, f"{member.login}@{DOMAIN}", "Kích hoạt"):
        assert shown in page


def test_an_account_is_suspended_with_its_basis_and_reinstated(
    console: ConsoleWorld, desk: Browser, member: Member
) -> None:
    address = f"{PATH}/{member.id}"
    assert desk.get(f"{address}/tam-khoa").status_code == 200
    answer = desk.post(f"{address}/tam-khoa", WHY)
    assert answer.headers["location"] == f"{address}?done=tam-khoa"
    assert now_of(console, member).status is AccountStatus.SUSPENDED
    page = desk.get(answer.headers["location"]).text
    assert "theo quyết định" in page
    assert "12/QĐ-SNV" in page
    desk.post(f"{address}/mo-lai", WHY)
    assert now_of(console, member).status is AccountStatus.ACTIVE


def test_what_meanwhile_is_no_longer_possible_is_said_and_what_was_typed_kept(
    console: ConsoleWorld, desk: Browser, member: Member
) -> None:
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, member.id, now=NOW, basis=BASIS)
    answer = desk.post(f"{PATH}/{member.id}/tam-khoa", WHY)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="theo quyết định"' in answer.text


def test_without_a_reason_nothing_happens(
    console: ConsoleWorld, desk: Browser, member: Member
) -> None:
    answer = desk.post(f"{PATH}/{member.id}/tam-khoa", {"reason": " "})
    assert answer.status_code == 422
    assert 'id="reason-fault"' in answer.text
    assert now_of(console, member).status is AccountStatus.ACTIVE


def test_closing_wants_the_login_typed(
    console: ConsoleWorld, desk: Browser, member: Member
) -> None:
    address = f"{PATH}/{member.id}/dong"
    refused = desk.post(address, {**WHY, "confirmation": "somebody"})
    assert refused.status_code == 422
    assert now_of(console, member).status is AccountStatus.ACTIVE
    desk.post(address, {**WHY, "confirmation": member.login})
    assert now_of(console, member).status is AccountStatus.CLOSED


@pytest.mark.parametrize(("typed", "stored"), [("1,5", 3 * 2**29), ("", None), ("4", 2**32)])
def test_a_quota_is_typed_in_gigabytes(
    console: ConsoleWorld, desk: Browser, member: Member, typed: str, stored: int | None
) -> None:
    desk.post(f"{PATH}/{member.id}/dung-luong", {**WHY, "gigabytes": typed})
    with console.sign_on.services.database.transaction() as session:
        assert session.get_one(Mailbox, member.id).quota_bytes == stored


@pytest.mark.parametrize("typed", ["0", "-1", "many", "nan", "inf", "1e300"])
def test_what_is_no_size_is_refused_beside_the_field(
    desk: Browser, member: Member, typed: str
) -> None:
    answer = desk.post(f"{PATH}/{member.id}/dung-luong", {**WHY, "gigabytes": typed})
    assert answer.status_code == 422
    assert 'id="gigabytes-fault"' in answer.text


def test_a_code_is_shown_once_and_activates(
    console: ConsoleWorld, desk: Browser, pending: Account
) -> None:
    page = desk.post(f"{PATH}/{pending.id}/ma-kich-hoat", WHY)
    code = re.search(r"once-code login\">([A-Z0-9-]+)<", page.text)
    assert code is not None
    assert page.headers["cache-control"] == "no-store"
    again = desk.get(f"{PATH}/{pending.id}").text
    assert code[1] not in again
    assert "dùng được đến" in again
    answer = console.sign_on.client.post(
        "/api/v1/activations", json={"code": code[1], "password": "chim hót trên cành 7"}
    )
    assert answer.status_code == 200, answer.text


def test_a_letter_is_a_file_to_print(desk: Browser, pending: Account, member: Member) -> None:
    answer = desk.post(f"{PATH}/{pending.id}/thu-kich-hoat", WHY)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    refused = desk.post(f"{PATH}/{member.id}/thu-kich-hoat", WHY)
    assert refused.status_code == 422


def test_a_reset_shows_a_code_and_asks_for_a_new_password(
    console: ConsoleWorld, desk: Browser, member: Member, pending: Account
) -> None:
    page = desk.post(f"{PATH}/{member.id}/dat-lai-mat-khau", WHY).text
    assert "once-code" in page
    assert now_of(console, member).password_must_change
    assert desk.post(f"{PATH}/{pending.id}/dat-lai-mat-khau", WHY).status_code == 422


def test_the_former_address_stays_for_a_while(
    console: ConsoleWorld, desk: Browser, member: Member
) -> None:
    until = (office_day(NOW) + timedelta(days=30)).isoformat()
    fields = {**WHY, "local_part": "mai.ht", "domain": DOMAIN, "alias_until": until}
    desk.post(f"{PATH}/{member.id}/dia-chi", fields)
    with console.sign_on.services.database.transaction() as session:
        held = addresses_of(session, [member.id])[member.id]
        assert [one.local_part for one, _ in held] == ["mai.ht", member.login]
        assert str(held[1][0].alias_until) == until


def test_an_address_of_somebody_else_is_refused_beside_the_field(
    desk: Browser, member: Member, pending: Account
) -> None:
    fields = {**WHY, "local_part": pending.login, "domain": DOMAIN}
    answer = desk.post(f"{PATH}/{member.id}/dia-chi", fields)
    assert answer.status_code == 422
    assert 'id="local_part-fault"' in answer.text


@pytest.mark.parametrize(
    ("action", "field", "typed", "said"),
    [
        ("dia-chi", "local_part", "a" * 300, ""),
        ("dung-luong", "gigabytes", "9" * 400, "Nhiều nhất 1.048.576 GB"),
        ("dung-luong", "gigabytes", "2000000", "Nhiều nhất 1.048.576 GB"),
        ("dung-luong", "gigabytes", "0", "lớn hơn 0"),
    ],
)
def test_what_is_too_long_or_too_large_is_said_beside_its_field(
    desk: Browser, member: Member, action: str, field: str, typed: str, said: str
) -> None:
    page = desk.post(f"{PATH}/{member.id}/{action}", {**WHY, field: typed, "domain": DOMAIN})
    assert page.status_code == 422
    assert f'id="{field}-fault"' in page.text
    assert said in page.text
    assert f'value="{typed}"' in page.text


def test_custodians_come_go_and_hand_over_with_a_record(
    console: ConsoleWorld, desk: Browser, shared: Account, member: Member
) -> None:
    other, address = console.sign_on.member("Trần Thị Nhận"), f"{PATH}/{shared.id}"
    today = office_day(NOW).isoformat()
    desk.post(f"{address}/quan-ly/them", {**WHY, "login": member.login, "day": today})
    assert "Hoàng Thị Mai" in desk.get(address).text
    desk.post(f"{address}/ban-giao", {**WHY, "login": other.login, "day": today})
    page = desk.get(address).text
    record = re.search(r'href="([^"]+bien-ban\.pdf)"', page)
    assert record is not None
    assert desk.get(record[1]).content.startswith(b"%PDF")
    ending = f"{address}/quan-ly/{other.account.person_id}/ket-thuc"
    assert "Trần Thị Nhận" in desk.get(ending).text
    desk.post(ending, {**WHY, "day": today})
    with console.sign_on.services.database.transaction() as session:
        assert all(one.valid_to for one, _ in list_custodians(session, shared.id))


def test_a_custodian_is_added_once(desk: Browser, shared: Account, member: Member) -> None:
    address = f"{PATH}/{shared.id}"
    fields = {**WHY, "login": member.login, "day": office_day(NOW).isoformat()}
    assert desk.post(f"{address}/quan-ly/them", fields).status_code == 303
    again = desk.post(f"{address}/quan-ly/them", fields)
    assert again.status_code == 422
    assert 'id="login-fault"' in again.text
    assert "đã là người quản lý từ ngày 23/11/2026" in again.text
    assert f'value="{member.login}"' in again.text


def test_of_a_custodian_who_never_began_nothing_is_left_and_they_may_come_again(
    console: ConsoleWorld, desk: Browser, shared: Account, member: Member
) -> None:
    address, coming = f"{PATH}/{shared.id}", {**WHY, "day": "2030-01-01"}
    other = console.sign_on.member("Trần Thị Nhận")
    desk.post(f"{address}/quan-ly/them", {**coming, "login": member.login})
    desk.post(f"{address}/ban-giao", {**coming, "login": other.login})
    with console.sign_on.services.database.transaction() as session:
        assert [name for _, name in list_custodians(session, shared.id)] == ["Trần Thị Nhận"]
    answer = desk.post(f"{address}/quan-ly/them", {**coming, "login": member.login})
    assert answer.status_code == 303


@pytest.mark.parametrize("form", ["quan-ly/them", "ban-giao"])
def test_a_custodian_is_looked_for_by_name_and_told_apart_by_place(
    console: ConsoleWorld, desk: Browser, shared: Account, member: Member, form: str
) -> None:
    """Only people are found: a mailbox of an organisation is no custodian."""
    elsewhere = console.sign_on.province.organisation("Sở <b>Tài chính</b>")
    namesake = console.sign_on.member("Hoàng Thị Mai", organisation=elsewhere)
    address = f"{PATH}/{shared.id}/{form}"
    part = desk.get(f"{address}?q=mai+hoang", headers={"HX-Request": "true", "HX-Target": "found"})
    assert part.text.lstrip().startswith('<div id="found">')
    for one in (member, namesake):
        assert f'href="{address}?login={one.login}"' in part.text
    assert "Sở &lt;b&gt;Tài chính&lt;/b&gt;" in part.text
    assert "?login=" not in desk.get(f"{address}?q=van+thu").text
    page = desk.get(f"{address}?login={namesake.login}").text
    assert "Sở &lt;b&gt;Tài chính&lt;/b&gt;" in page
    assert f'name="login" value="{namesake.login}"' in page
    for unknown in ("nobody", shared.login):
        assert desk.get(f"{address}?login={unknown}").status_code == 404


@pytest.mark.parametrize("form", ["quan-ly/them", "ban-giao"])
def test_who_cannot_be_a_custodian_is_chosen_anew(
    desk: Browser, shared: Account, member: Member, form: str
) -> None:
    fields, address = {**WHY, "day": "2026-02-31"}, f"{PATH}/{shared.id}/{form}"
    answer = desk.post(address, {**fields, "login": member.login})
    assert answer.status_code == 422
    assert 'id="day-fault"' in answer.text
    assert f'name="login" value="{member.login}"' in answer.text
    for unknown in ("nobody", shared.login, ""):
        answer = desk.post(address, {**fields, "day": "2026-12-01", "login": unknown})
        assert answer.status_code == 422
        assert 'href="#q"' in answer.text
        assert 'id="found"' in answer.text


def test_who_only_reads_sees_no_buttons(console: ConsoleWorld, member: Member) -> None:
    reader = console.browser(console.holder(Role.IT))
    page = reader.get(f"{PATH}/{member.id}")
    assert page.status_code == 200
    assert "tam-khoa" not in page.text
    assert reader.get(f"{PATH}/{member.id}/tam-khoa").status_code == 403
