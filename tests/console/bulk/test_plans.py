"""Something done to many accounts: shown, confirmed, applied as a whole, undone."""

import io
import re
import zipfile

from sqlalchemy import update

from identity.accounts.models import Account, AccountStatus, Mailbox
from identity.accounts.queries import get_account
from identity.accounts.resets import redeem_reset
from identity.accounts.service import suspend_account
from identity.bulk.models import BulkPlan
from tests.console.bulk.conftest import (
    PATH,
    WHY,
    confirmed,
    numbers,
    planned,
    selected,
    status_of,
)
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser, Member


def test_a_plan_shows_what_would_happen_and_changes_nothing(
    console: ConsoleWorld, desk: Browser, holder: Member, staff: list[Account]
) -> None:
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, staff[0].id, now=NOW, basis=BASIS)
    plan = planned(desk, selected(*(one.id for one in staff), holder.id), "suspend")
    assert numbers(desk, plan) == ["2", "1", "1"]
    page = desk.get(plan).text
    assert "Là tài khoản của chính người lập kế hoạch." in page
    assert "Đang tạm khóa rồi." in page
    assert status_of(console, staff[1].id) is AccountStatus.PENDING


def test_it_is_applied_as_a_whole_and_undone_by_another(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    confirmed(desk, plan)
    assert {status_of(console, one.id) for one in staff} == {AccountStatus.SUSPENDED}
    assert "9/KH" in desk.get(f"/quan-tri/tai-khoan/{staff[0].id}").text
    again = confirmed(desk, plan)
    assert again.headers["Location"] == f"{plan}?done=before"
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    assert numbers(desk, undoing) == ["3", "0", "0"]
    confirmed(desk, undoing)
    assert {status_of(console, one.id) for one in staff} == {AccountStatus.PENDING}


def test_what_changed_since_it_was_shown_is_shown_again(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, staff[0].id, now=NOW, basis=BASIS)
    answer = desk.follow(confirmed(desk, plan))
    assert "đã được lập lại" in answer.text
    assert status_of(console, staff[1].id) is AccountStatus.PENDING
    assert numbers(desk, plan) == ["2", "1", "0"]
    stale = confirmed(desk, plan)
    assert "đã được lập lại từ lúc bạn mở trang này" in stale.text
    confirmed(desk, plan, revision=2)
    assert status_of(console, staff[1].id) is AccountStatus.SUSPENDED


def test_quotas_go_back_to_what_each_was(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    database = console.sign_on.services.database
    with database.transaction() as session:
        session.get_one(Mailbox, staff[0].id).quota_bytes = 5
    plan = planned(desk, selected(*(one.id for one in staff)), "quota", gigabytes="2")
    confirmed(desk, plan)
    with database.transaction() as session:
        session.get_one(Mailbox, staff[2].id).quota_bytes = 7
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    assert numbers(desk, undoing) == ["2", "0", "1"]
    confirmed(desk, undoing)
    with database.transaction() as session:
        quotas = [session.get_one(Mailbox, one.id).quota_bytes for one in staff]
    assert quotas == [5, None, 7]


def test_the_list_says_what_each_plan_comes_to(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, staff[0].id, now=NOW, basis=BASIS)
    assert 'data-label="Số thay đổi">3<' in desk.get(PATH).text
    confirmed(desk, plan)  # made anew
    assert 'data-label="Số thay đổi">2<' in desk.get(PATH).text
    with console.sign_on.services.database.transaction() as session:
        session.execute(update(BulkPlan).values(totals={}))  # as a release before left it
    assert numbers(desk, plan) == ["2", "1", "0"]


def test_only_a_plan_that_changes_something_waits_at_the_first_page(
    desk: Browser, staff: list[Account]
) -> None:
    waiting = "Thao tác hàng loạt chờ xác nhận"
    plan = planned(desk, selected(staff[0].id), "reinstate")  # who is not suspended
    assert "Không có gì để thay đổi" in desk.get(PATH).text
    assert "ap-dung" not in desk.get(plan).text
    assert waiting not in desk.get("/quan-tri").text
    planned(desk, selected(staff[0].id), "suspend")
    assert waiting in desk.get("/quan-tri").text
    slash = desk.get("/quan-tri/")
    assert (slash.status_code, slash.headers["Location"]) == (308, "/quan-tri")


def test_all_that_a_list_shows_wants_the_number_typed(
    console: ConsoleWorld, desk: Browser, holder: Member
) -> None:
    province = console.sign_on.province
    organisation = province.organisation("Sở Y tế")
    ids = [province.account(province.person(organisation, "Lò Văn Thử")).id for _ in range(51)]
    plan = planned(desk, f"{PATH}/moi?tat-ca=1&under={organisation.id}", "suspend")
    refused = confirmed(desk, plan, "50")
    assert refused.status_code == 422
    assert 'id="number-fault"' in refused.text
    assert status_of(console, ids[0]) is AccountStatus.PENDING
    confirmed(desk, plan, "51")
    assert status_of(console, ids[50]) is AccountStatus.SUSPENDED
    assert status_of(console, holder.id) is AccountStatus.ACTIVE


def test_all_people_whom_any_filter_finds_are_planned_for_as_they_were_found(
    console: ConsoleWorld, desk: Browser
) -> None:
    province = console.sign_on.province
    organisation = province.organisation("Sở Y tế")
    found = [province.account(province.person(organisation, "Lò Văn Thử")) for _ in range(2)]
    province.account(province.person(organisation, "Hà Thị Khác"))
    province.person(organisation, "Lò Văn Thử Không")  # has no account
    address = f"{PATH}/moi?tat-ca=can-bo&q=lo+van+thu&under={organisation.id}&status="
    page = desk.get(address).text
    assert "Đã chọn 2 tài khoản" in page
    assert "1 người được chọn không có tài khoản" in page
    plan = planned(desk, address, "suspend")
    late = province.account(province.person(organisation, "Lò Văn Thử"))
    assert numbers(desk, plan) == ["2", "0", "0"]
    confirmed(desk, plan)
    assert {status_of(console, one.id) for one in found} == {AccountStatus.SUSPENDED}
    assert status_of(console, late.id) is AccountStatus.PENDING


def test_letters_come_once_as_a_file(desk: Browser, staff: list[Account], holder: Member) -> None:
    plan = planned(desk, selected(staff[0].id, staff[1].id, holder.id), "letters")
    assert numbers(desk, plan) == ["2", "0", "1"]
    answer = confirmed(desk, plan)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        letters = next(name for name in names if name.endswith("thu-kich-hoat.pdf"))
        assert archive.read(letters).startswith(b"%PDF")
    assert len(names) == 3
    assert "no-store" in answer.headers["Cache-Control"]
    assert confirmed(desk, plan).headers["Location"] == f"{plan}?done=before"


def test_codes_for_new_passwords_come_once_in_letters(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    member = console.sign_on.member("Nông Thị Thúy")
    plan = planned(desk, selected(member.id, staff[0].id), "reset")
    assert numbers(desk, plan) == ["1", "0", "1"]
    assert "Mã in hôm nay dùng được đến hết ngày" in desk.get(plan).text
    answer = confirmed(desk, plan)
    assert "thu-dat-lai-mat-khau" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (table,) = [name for name in archive.namelist() if name.endswith(".csv")]
        text = archive.read(table).decode("utf-8-sig")
    assert "Mã đặt lại mật khẩu" in text
    (code,) = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", text)
    services = console.sign_on.services
    password = "một mật khẩu mới 9"
    redeem_reset(services.database, services.passwords, code, password, NOW)
    assert confirmed(desk, plan).headers["Location"] == f"{plan}?done=before"


def test_a_new_password_is_demanded(console: ConsoleWorld, desk: Browser) -> None:
    member = console.sign_on.member()
    plan = planned(desk, selected(member.id), "demand_password")
    confirmed(desk, plan)
    with console.sign_on.services.database.transaction() as session:
        assert get_account(session, member.id).password_must_change


def test_bad_input_is_said_and_kept(desk: Browser, staff: list[Account]) -> None:
    answer = desk.post(selected(staff[0].id), {"reason": "", "action": "quota", "gigabytes": "x"})
    assert answer.status_code == 422
    assert 'id="gigabytes-fault"' in answer.text
    assert 'value="x"' in answer.text
    empty = desk.post(f"{PATH}/moi", {**WHY, "action": "suspend"})
    assert empty.status_code == 422
