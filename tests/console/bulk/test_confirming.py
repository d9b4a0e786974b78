"""Who confirms a plan, what the worker makes of it, and giving it up."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from console.bulk import plan_routes
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountStatus
from identity.roles.models import Role
from kernel.audit import AuditRecord
from tests.console.bulk.conftest import WHY, confirmed, planned, selected, status_of
from tests.support.console import ConsoleWorld
from tests.support.jobs import run_jobs
from tests.support.sign_on import Browser, Member


@pytest.fixture
def queued(desk: Browser, staff: list[Account], monkeypatch: pytest.MonkeyPatch) -> str:
    """A plan that somebody confirmed and that waits for the worker."""
    monkeypatch.setattr(plan_routes, "BY_WORKER_ABOVE", 2)
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    assert confirmed(desk, plan).status_code == 303
    assert "Đang thực hiện" in desk.get(plan).text
    return plan


def suspensions(console: ConsoleWorld, account_id: UUID) -> int:
    with console.sign_on.services.database.transaction() as session:
        found = select(func.count()).where(
            AuditRecord.subject_id == account_id, AuditRecord.tag == "account:suspended"
        )
        return session.scalar(found) or 0


def test_nobody_confirms_what_touches_their_own_account(
    console: ConsoleWorld, desk: Browser, holder: Member, staff: list[Account]
) -> None:
    other = console.holder(Role.ADMINISTRATOR, name="Lê Thị Hoa")
    plan = planned(console.browser(other), selected(staff[0].id, holder.id), "suspend")
    page = desk.get(plan).text
    assert "nên bạn không xác nhận được" in page
    assert f"{plan}/ap-dung" not in page
    refused = confirmed(desk, plan)
    assert refused.status_code == 422
    assert "Hãy để người khác xác nhận" in refused.text
    assert status_of(console, staff[0].id) is AccountStatus.PENDING
    assert confirmed(console.browser(other), plan).status_code == 303
    assert status_of(console, holder.id) is AccountStatus.SUSPENDED


def test_of_two_who_confirm_at_once_one_does(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    with ThreadPoolExecutor(2) as tabs:
        answers = list(tabs.map(lambda _: confirmed(desk, plan), range(2)))
    assert sorted(answer.headers["Location"] for answer in answers) == [plan, f"{plan}?done=before"]
    assert "đã được xác nhận từ trước" in desk.get(f"{plan}?done=before").text
    assert suspensions(console, staff[0].id) == 1


def test_what_answered_a_form_may_be_loaded_again(desk: Browser, queued: str) -> None:
    assert f'content="3;url={queued}"' in desk.get(queued).text
    for step in ("ap-dung", "bo", "hoan-tac"):
        assert desk.get(f"{queued}/{step}").headers["Location"] == queued


def test_the_worker_applies_what_was_confirmed_once(
    console: ConsoleWorld, desk: Browser, services: Services, queued: str, staff: list[Account]
) -> None:
    assert confirmed(desk, queued).headers["Location"] == f"{queued}?done=before"
    job = services.jobs.tasks["bulk.apply"]
    run_jobs(services)
    nobody = {"kind": "account", "label": "x", "id": None, "request_id": None}
    job(plan_id=queued.rpartition("/")[2], actor=nobody)  # as a worker that was taken for dead
    assert status_of(console, staff[0].id) is AccountStatus.SUSPENDED
    assert suspensions(console, staff[0].id) == 1
    assert "Đã thực hiện" in desk.get(queued).text


def test_a_plan_whose_job_gave_up_says_so_and_is_tried_again(
    console: ConsoleWorld, desk: Browser, services: Services, queued: str, staff: list[Account]
) -> None:
    services.bulk_jobs.mend()
    assert "Đang thực hiện" in desk.get(queued).text
    with services.database.transaction() as session:
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    services.bulk_jobs.mend()
    page = desk.get(queued).text
    assert "Không thực hiện được, chưa có gì thay đổi" in page
    assert "Thử lại: Tạm khóa" in page
    assert status_of(console, staff[0].id) is AccountStatus.PENDING
    assert confirmed(desk, queued).status_code == 303
    run_jobs(services)
    assert status_of(console, staff[0].id) is AccountStatus.SUSPENDED


def test_a_plan_that_is_given_up_stays_so(
    console: ConsoleWorld, desk: Browser, services: Services, queued: str, staff: list[Account]
) -> None:
    assert desk.post(f"{queued}/bo").status_code == 303
    run_jobs(services)
    page = desk.get(queued).text
    assert "đã bỏ kế hoạch này" in page
    assert "/ap-dung" not in page
    assert status_of(console, staff[0].id) is AccountStatus.PENDING
    assert "đã được bỏ" in confirmed(desk, queued).text
    assert desk.post(f"{queued}/bo").status_code == 422


def test_what_is_being_applied_is_not_given_up(
    desk: Browser, services: Services, queued: str
) -> None:
    with services.database.transaction() as session:
        plan_id = queued.rpartition("/")[2]
        session.execute(
            text("SELECT 1 FROM identity_bulk_plan WHERE id = :id FOR UPDATE"), {"id": plan_id}
        )
        refused = desk.post(f"{queued}/bo")
    assert refused.status_code == 422
    assert "không bỏ được nữa" in refused.text


def test_only_who_manages_accounts_confirms_undoes_and_gives_up(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(staff[0].id), "suspend")
    for role in Role:
        browser = console.browser(console.holder(role, name="Lê Thị Hoa"))
        allowed = role in {Role.HR, Role.ADMINISTRATOR}
        for step in ("ap-dung", "hoan-tac", "bo"):
            answer = browser.post(f"{plan}/{step}", {"revision": "9"})
            assert (answer.status_code != 403) == allowed, (role, step)
            assert (browser.get(plan).status_code == 200) == allowed
    stranger = console.sign_on.browser()
    assert stranger.post(f"{plan}/ap-dung").status_code == 401
    assert status_of(console, staff[0].id) is AccountStatus.PENDING


def test_each_step_of_a_plan_is_in_the_audit_trail_with_its_basis_and_counts(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    confirmed(desk, plan)
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    desk.post(f"{undoing}/bo")
    first, second = (UUID(address.rpartition("/")[2]) for address in (plan, undoing))
    figures = {"do": 3, "nothing": 0, "refused": 0}
    suspending, reinstating = (
        {"action": action, "counts": figures} for action in ("suspend", "reinstate")
    )
    with console.sign_on.services.database.transaction() as session:
        statement = select(AuditRecord).where(AuditRecord.tag.startswith("bulk-plan:"))
        records = session.scalars(statement.order_by(AuditRecord.id)).all()
    assert [(one.tag, one.subject_id, one.details) for one in records] == [
        ("bulk-plan:made", first, suspending),
        ("bulk-plan:confirmed", first, suspending),
        ("bulk-plan:made", second, reinstating | {"undoes": str(first)}),
        ("bulk-plan:given-up", second, reinstating),
    ]
    assert {one.document_number for one in records} == {"9/KH"}
    trail = console.browser(console.holder(Role.IT)).get(f"/quan-tri/nhat-ky?subject={first}").text
    assert "Lập thao tác hàng loạt" in trail
    assert f'href="{plan}"' in trail
