"""Something done to many accounts: shown, confirmed, applied as a whole, undone."""

import io
import re
import zipfile
from uuid import UUID

import pytest

from identity.accounts.models import Account, AccountStatus, Mailbox
from identity.accounts.queries import get_account
from identity.accounts.service import suspend_account
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser, Member

PATH = "/quan-tri/hang-loat"
WHY = {"reason": "theo kế hoạch", "document_number": "9/KH"}


@pytest.fixture
def holder(console: ConsoleWorld) -> Member:
    return console.holder(Role.HR)


@pytest.fixture
def desk(console: ConsoleWorld, holder: Member) -> Browser:
    return console.browser(holder)


@pytest.fixture
def staff(console: ConsoleWorld) -> list[Account]:
    province = console.sign_on.province
    organisation = province.organisation("Sở Nội vụ")
    return [province.account(province.person(organisation, "Lò Văn Thử")) for _ in range(3)]


def selected(*ids: UUID) -> str:
    return f"{PATH}/moi?" + "&".join(f"account={one}" for one in ids)


def planned(desk: Browser, address: str, action: str, **more: str) -> str:
    answer = desk.post(address, {**WHY, "action": action, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def numbers(desk: Browser, plan: str) -> list[str]:
    """Of accounts to change, with nothing to do, and refused."""
    page = desk.get(plan).text
    return re.findall(r'<a href="\?verdict=[a-z]+">([^<]+)</a>', page)


def status_of(console: ConsoleWorld, account_id: UUID) -> AccountStatus:
    with console.sign_on.services.database.transaction() as session:
        return get_account(session, account_id).status


def test_a_plan_shows_what_would_happen_and_changes_nothing(
    console: ConsoleWorld, desk: Browser, holder: Member, staff: list[Account]
) -> None:
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, staff[0].id, now=NOW, basis=BASIS)
    plan = planned(desk, selected(*(one.id for one in staff), holder.id), "suspend")
    assert numbers(desk, plan) == ["2", "1", "1"]
    page = desk.get(plan).text
    assert "Là tài khoản của chính bạn." in page
    assert "Đang tạm khoá rồi." in page
    assert status_of(console, staff[1].id) is AccountStatus.PENDING


def test_it_is_applied_as_a_whole_and_undone_by_another(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    desk.post(f"{plan}/ap-dung")
    assert {status_of(console, one.id) for one in staff} == {AccountStatus.SUSPENDED}
    assert "9/KH" in desk.get(f"/quan-tri/tai-khoan/{staff[0].id}").text
    again = desk.post(f"{plan}/ap-dung")
    assert again.status_code == 422
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    assert numbers(desk, undoing) == ["3", "0", "0"]
    desk.post(f"{undoing}/ap-dung")
    assert {status_of(console, one.id) for one in staff} == {AccountStatus.PENDING}


def test_what_changed_since_it_was_shown_is_shown_again(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, staff[0].id, now=NOW, basis=BASIS)
    answer = desk.follow(desk.post(f"{plan}/ap-dung"))
    assert "đã được lập lại" in answer.text
    assert status_of(console, staff[1].id) is AccountStatus.PENDING
    assert numbers(desk, plan) == ["2", "1", "0"]
    desk.post(f"{plan}/ap-dung")
    assert status_of(console, staff[1].id) is AccountStatus.SUSPENDED


def test_quotas_go_back_to_what_each_was(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    database = console.sign_on.services.database
    with database.transaction() as session:
        session.get_one(Mailbox, staff[0].id).quota_bytes = 5
    plan = planned(desk, selected(*(one.id for one in staff)), "quota", gigabytes="2")
    desk.post(f"{plan}/ap-dung")
    with database.transaction() as session:
        session.get_one(Mailbox, staff[2].id).quota_bytes = 7
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    assert numbers(desk, undoing) == ["2", "0", "1"]
    desk.post(f"{undoing}/ap-dung")
    with database.transaction() as session:
        quotas = [session.get_one(Mailbox, one.id).quota_bytes for one in staff]
    assert quotas == [5, None, 7]


def test_all_that_a_list_shows_wants_the_number_typed(
    console: ConsoleWorld, desk: Browser, holder: Member
) -> None:
    province = console.sign_on.province
    organisation = province.organisation("Sở Y tế")
    ids = [province.account(province.person(organisation, "Lò Văn Thử")).id for _ in range(51)]
    plan = planned(desk, f"{PATH}/moi?tat-ca=1&under={organisation.id}", "suspend")
    refused = desk.post(f"{plan}/ap-dung", {"number": "50"})
    assert refused.status_code == 422
    assert 'id="number-fault"' in refused.text
    assert status_of(console, ids[0]) is AccountStatus.PENDING
    desk.post(f"{plan}/ap-dung", {"number": "51"})
    assert status_of(console, ids[50]) is AccountStatus.SUSPENDED
    assert status_of(console, holder.id) is AccountStatus.ACTIVE


def test_letters_come_once_as_a_file(desk: Browser, staff: list[Account], holder: Member) -> None:
    plan = planned(desk, selected(staff[0].id, staff[1].id, holder.id), "letters")
    assert numbers(desk, plan) == ["2", "0", "1"]
    answer = desk.post(f"{plan}/ap-dung")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (name,) = archive.namelist()
        assert archive.read(name).startswith(b"%PDF")
    assert desk.post(f"{plan}/ap-dung").status_code == 422


def test_a_new_password_is_demanded(console: ConsoleWorld, desk: Browser) -> None:
    member = console.sign_on.member()
    plan = planned(desk, selected(member.id), "demand_password")
    desk.post(f"{plan}/ap-dung")
    with console.sign_on.services.database.transaction() as session:
        assert get_account(session, member.id).password_must_change


def test_bad_input_is_said_and_kept(desk: Browser, staff: list[Account]) -> None:
    answer = desk.post(selected(staff[0].id), {"reason": "", "action": "quota", "gigabytes": "x"})
    assert answer.status_code == 422
    assert 'id="gigabytes-fault"' in answer.text
    assert 'value="x"' in answer.text
    empty = desk.post(f"{PATH}/moi", {**WHY, "action": "suspend"})
    assert empty.status_code == 422


def test_the_worker_applies_a_queued_plan(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    services = console.sign_on.services
    job = services.jobs.tasks["bulk.apply"]
    job(
        plan_id=plan.rpartition("/")[2],
        actor={"kind": "account", "label": "x", "id": None, "request_id": None},
    )
    assert status_of(console, staff[0].id) is AccountStatus.SUSPENDED
