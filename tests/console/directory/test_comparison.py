"""Comparing the directory with the registry at the console, and having entries written again."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from identity.accounts.models import Account
from identity.directory.comparison import DriftKind
from identity.directory.comparison_models import DirectoryComparison, DirectoryDifference
from identity.directory.comparisons import KEPT, run_comparison
from identity.directory.gateway import LdapDirectory
from identity.directory.jobs import MOST_ATTEMPTS, DirectoryJobs
from identity.directory.registry import RowKind
from identity.directory.settings import ComparisonSettings
from identity.roles.models import Role
from kernel.audit import AuditRecord
from kernel.jobs import build_jobs, count_jobs, defer
from tests.support.console import ConsoleWorld
from tests.support.jobs import run_jobs
from tests.support.registry import NOW
from tests.support.sign_on import Browser
from tests.support.slapd import BASE_DN, directory, ldap_server, slapd_of_this_process

__all__ = ["directory", "ldap_server", "slapd_of_this_process"]

STATUS = "/quan-tri/thu-muc"
PAGE = "/quan-tri/thu-muc/doi-chieu"
BASIS = {"reason": "sửa tay nhầm"}


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def start(browser: Browser) -> str:
    """Address of the page of a comparison that was just asked for."""
    answer = browser.post(PAGE)
    assert answer.status_code == 303
    return answer.headers["Location"]


def compare(console: ConsoleWorld, directory: LdapDirectory, address: str) -> None:
    database = console.sign_on.services.database
    run_comparison(database, directory, BASE_DN, lambda: NOW, UUID(address.rpartition("/")[2]))


def keep(console: ConsoleWorld, count: int, member_id: UUID) -> str:
    """A comparison that found so many differences; its address."""
    comparison_id = uuid4()
    with console.sign_on.services.database.transaction() as session:
        session.add(
            DirectoryComparison(
                id=comparison_id,
                asked_at=NOW,
                asked_by="Lê Thị Hoa",
                job_id=0,
                done=0,
                total=0,
                finished_at=NOW,
                compared=7000,
            )
        )
        session.flush()
        session.add_all(
            DirectoryDifference(
                comparison_id=comparison_id,
                position=number,
                kind=DriftKind.FOREIGN if number else DriftKind.UNKNOWN,
                dn=f"uid=<b>{number:05}</b>,ou=people,{BASE_DN}",
                attributes=["title", "userPassword"],
                row_kind=RowKind.ACCOUNT if number else None,
                row_id=member_id if number else None,
            )
            for number in range(count)
        )
    return f"{PAGE}/{comparison_id}"


def test_a_comparison_is_watched_and_its_result_mended(
    console: ConsoleWorld, browser: Browser, directory: LdapDirectory
) -> None:
    address = start(browser)
    page = browser.get(address).text
    assert "Đang chờ đến lượt" in page
    assert '<meta http-equiv="refresh" content="3">' in page
    assert start(browser) == address  # one at a time
    part = browser.get(address, headers={"HX-Request": "true", "HX-Target": "standing"})
    assert part.text.lstrip().startswith('<section class="panel progress-panel" id="standing"')
    compare(console, directory, address)
    part = browser.get(address, headers={"HX-Request": "true", "HX-Target": "standing"})
    assert part.headers["HX-Refresh"] == "true"
    page = browser.get(address).text
    assert "Thiếu" in page  # nothing was ever written
    assert "ou=organisations" in page
    assert "Sai lệch giữa thư mục LDAP" in browser.get("/quan-tri").text
    with console.sign_on.services.database.transaction() as session:
        many = len(list(session.scalars(select(DirectoryDifference))))
    typed = browser.post(f"{address}/sua", BASIS | {"confirmation": str(many + 1)})
    assert typed.status_code == 422
    assert "sửa tay nhầm" in typed.text
    answer = browser.post(f"{address}/sua", BASIS | {"confirmation": str(many)})
    assert "sẽ ghi lại trong vài giây" in browser.follow(answer).text
    assert browser.get(f"{address}/sua").status_code == 409
    assert "Sai lệch giữa thư mục LDAP" not in browser.get("/quan-tri").text


def test_one_entry_is_mended_with_a_reason_and_stands_in_the_audit_trail(
    console: ConsoleWorld, browser: Browser
) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    address = keep(console, 3, member.id)
    services = console.sign_on.services
    with services.database.transaction() as session:
        session.get_one(Account, member.id).projected_revision = 7
    assert browser.get(f"{address}/sua?entry=0").status_code == 409  # not ours
    page = browser.get(f"{address}/sua?entry=1").text
    assert "uid=&lt;b&gt;00001&lt;/b&gt;" in page
    assert browser.post(f"{address}/sua?entry=1", {"reason": ""}).status_code == 422
    browser.follow(browser.post(f"{address}/sua?entry=1", BASIS))
    with services.database.transaction() as session:
        assert session.get_one(Account, member.id).projected_revision == 0
        statement = select(AuditRecord).where(AuditRecord.tag == "directory:repaired")
        record = session.scalars(statement).one()
        assert (record.subject_id, record.reason) == (member.id, "sửa tay nhầm")
    assert browser.get(address).text.count("Đã cho ghi lại") == 1


def test_differences_come_by_the_hundred_and_by_kind(
    console: ConsoleWorld, browser: Browser
) -> None:
    address = keep(console, 250, console.sign_on.member().id)
    first = browser.get(address).text
    assert "uid=&lt;b&gt;00099&lt;/b&gt;" in first
    assert "<b>000" not in first
    assert "uid=&lt;b&gt;00100" not in first
    assert f'href="{address}?after=99"' in first
    last = browser.get(f"{address}?after=199").text
    assert "uid=&lt;b&gt;00249" in last
    assert 'rel="next"' not in last
    unknown = browser.get(f"{address}?kind=unknown").text
    assert "uid=&lt;b&gt;00000" in unknown
    assert "uid=&lt;b&gt;00001" not in unknown


def test_a_directory_that_does_not_answer_is_said_in_words(
    console: ConsoleWorld, browser: Browser
) -> None:
    address = start(browser)
    run_jobs(console.sign_on.services)  # nobody serves the directory that these tests name
    assert "Thư mục LDAP không trả lời" in browser.get(address).text
    assert "Không đối chiếu được" in browser.get(STATUS).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE procrastinate_jobs SET status = 'doing'", "Bị ngắt giữa chừng"),
        ("UPDATE procrastinate_jobs SET status = 'failed'", "Có lỗi ngoài dự kiến"),
        ("DELETE FROM procrastinate_jobs", "Bị ngắt giữa chừng"),
    ],
)
def test_what_nobody_works_at_any_more_does_not_look_as_running(
    console: ConsoleWorld, browser: Browser, change: str, said: str
) -> None:
    address = start(browser)
    with console.sign_on.services.database.transaction() as session:
        session.execute(text(change))
    assert said in browser.get(address).text
    assert start(browser) != address


def test_a_process_that_gives_signs_of_life_is_running(
    console: ConsoleWorld, browser: Browser
) -> None:
    address = start(browser)
    with console.sign_on.services.database.transaction() as session:
        session.execute(
            text("""WITH worker AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)
            UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM worker)""")
        )
    assert "Đang kết nối với thư mục" in browser.get(address).text
    with console.sign_on.services.database.transaction() as session:
        session.execute(
            text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        )
    assert "Bị ngắt giữa chừng" in browser.get(address).text


def due(console: ConsoleWorld, change: str = "") -> None:
    """Every job is due now, and runs."""
    with console.sign_on.services.database.transaction() as session:
        session.execute(text(f"UPDATE procrastinate_jobs SET scheduled_at = NULL {change}"))
    run_jobs(console.sign_on.services)


def begin_of_the_day(console: ConsoleWorld) -> str:
    """The daily comparison runs for the first time; its address."""
    services = console.sign_on.services
    task = services.every_task().tasks["directory.compare-daily"]
    with services.database.transaction() as session:
        defer(session, task, timestamp=0)
    run_jobs(services)
    with services.database.transaction() as session:
        comparison = session.scalars(select(DirectoryComparison)).one()
        comparison.asked_at = NOW - timedelta(hours=1)
        return f"{PAGE}/{comparison.id}"


def test_the_daily_comparison_is_tried_again_until_somebody_has_a_result(
    console: ConsoleWorld, browser: Browser, directory: LdapDirectory
) -> None:
    address = begin_of_the_day(console)  # nobody serves the directory that these tests name
    assert "Tự động theo lịch" in browser.get(STATUS).text
    page = browser.get(address).text
    assert "Thư mục LDAP không trả lời" in page
    assert "Hệ thống tự thử lại lúc" in page
    assert "Không đối chiếu được thư mục LDAP" in browser.get("/quan-tri").text
    by_hand = start(browser)
    assert by_hand != address
    compare(console, directory, by_hand)
    home = browser.get("/quan-tri").text
    assert "Không đối chiếu được thư mục LDAP" not in home
    assert "Sai lệch giữa thư mục LDAP" in home
    with console.sign_on.services.database.transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs WHERE attempts = 0"))
    due(console)
    assert "Hệ thống tự thử lại" not in browser.get(address).text


def test_the_daily_comparison_leaves_no_broken_job_behind(
    console: ConsoleWorld, browser: Browser
) -> None:
    address = begin_of_the_day(console)
    due(console, f", attempts = {MOST_ATTEMPTS - 2}")
    assert "Hệ thống tự thử lại lúc" in browser.get(address).text
    due(console)
    page = browser.get(address).text
    assert "Thư mục LDAP không trả lời" in page
    assert "Hệ thống tự thử lại" not in page
    with console.sign_on.services.database.transaction() as session:
        assert not any(count_jobs(session).values())


def test_no_two_comparisons_run_at_once(
    console: ConsoleWorld, browser: Browser, directory: LdapDirectory
) -> None:
    first = begin_of_the_day(console)
    second = start(browser)
    with console.sign_on.services.database.transaction() as session:
        session.execute(
            text("""WITH worker AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)
            UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM worker)
            WHERE attempts = 0""")
        )
    compare(console, directory, first)
    assert "Thư mục LDAP không trả lời" in browser.get(first).text
    assert start(browser) == second


@pytest.mark.parametrize(
    ("comparison", "crons"),
    [({}, {"15 19 * * *"}), ({"hour": 9}, {"15 2 * * *"}), ({"daily": False}, set())],
)
def test_the_hour_of_the_daily_comparison_is_a_setting(
    console: ConsoleWorld, comparison: dict[str, Any], crons: set[str]
) -> None:
    services = console.sign_on.services
    chosen = services.settings.directory.model_copy(
        update={"comparison": ComparisonSettings(**comparison)}
    )
    jobs = build_jobs(services.settings.database.url)
    DirectoryJobs(jobs, services.database, services.directory, chosen, services.clock)
    periodic = jobs.periodic_registry.periodic_tasks.values()
    assert {one.cron for one in periodic if one.task.name == "directory.compare-daily"} == crons


def test_old_comparisons_go(
    console: ConsoleWorld, browser: Browser, directory: LdapDirectory
) -> None:
    for _ in range(KEPT):
        keep(console, 1, uuid4())
    address = start(browser)
    compare(console, directory, address)
    with console.sign_on.services.database.transaction() as session:
        assert len(list(session.scalars(select(DirectoryComparison)))) == KEPT


def test_hr_looks_but_starts_and_mends_nothing(console: ConsoleWorld) -> None:
    address = keep(console, 2, console.sign_on.member("Hoàng Thị Mơ").id)
    browser = console.browser(console.holder(Role.HR))
    page = browser.get(address).text
    assert "/sua" not in page
    assert f'action="{PAGE}"' not in page
    assert browser.post(PAGE).status_code == 403
