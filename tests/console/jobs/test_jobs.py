"""What the worker does, seen at the console; jobs that failed are run again or given up."""

import pytest
from sqlalchemy import select, text

from console.jobs.words import TASKS, schedule_in_words
from entrypoints.wiring import Services
from identity.roles.models import Role
from kernel.audit import AuditRecord
from kernel.database import Database
from kernel.job_notes import JobFailure, TaskRun
from kernel.jobs import own_tasks
from tests.support.console import ConsoleWorld
from tests.support.jobs import run_jobs
from tests.support.sign_on import Browser

PAGE = "/quan-tri/cong-viec-nen"
BASIS = {"reason": "máy chủ thư đã chạy lại"}
ADD = text("""
    INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, queueing_lock)
    VALUES ('default', CAST(:task AS text), CAST(:status AS procrastinate_job_status), 1,
        CAST(:task AS text))
    RETURNING id
""")


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


@pytest.fixture
def database(console: ConsoleWorld) -> Database:
    return console.sign_on.services.database


def add(database: Database, task: str, status: str = "failed") -> int:
    with database.transaction() as session:
        return int(session.execute(ADD, {"task": task, "status": status}).scalar_one())


def test_every_task_has_words_and_a_schedule(services: Services) -> None:
    jobs = services.every_task()
    assert own_tasks(jobs) == set(TASKS)
    for one in jobs.periodic_registry.periodic_tasks.values():
        assert one.cron not in schedule_in_words(one.cron).vi
    assert schedule_in_words("5 17 * * *").vi == "Hằng ngày, 00:05"


def test_a_task_that_fails_is_noted_with_the_reason_and_then_that_it_succeeds(
    console: ConsoleWorld, browser: Browser, database: Database
) -> None:
    services = console.sign_on.services
    with database.transaction() as session:
        services.bulk_jobs.defer_apply(session, console.sign_on.officer, console.holder().id)
        session.execute(text("UPDATE procrastinate_jobs SET args = '{}'"))  # cannot be done
    run_jobs(services)
    with database.transaction() as session:
        assert session.scalars(select(JobFailure)).one().code == "TypeError"
        run = session.get_one(TaskRun, "bulk.apply")
        assert (run.failure, run.succeeded_at) == ("TypeError", None)
    page = browser.get(PAGE).text
    assert "Lỗi ngoài dự kiến" in page
    assert "Chưa xong lại" in page
    with database.transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs"))
        services.bulk_jobs.defer_apply(session, console.sign_on.officer, console.holder().id)
    run_jobs(services)
    assert "Chưa xong lại" not in browser.get(PAGE).text


def test_a_failed_job_is_run_again_with_a_reason(browser: Browser, database: Database) -> None:
    job_id = add(database, "usage.measure-sizes")
    assert "Công việc nền bị hỏng" in browser.get("/quan-tri").text
    address = f"{PAGE}/{job_id}/chay-lai"
    assert f'href="{address}"' in browser.get(PAGE).text
    assert browser.post(address, {"reason": " "}).status_code == 422
    assert "chạy lại trong vài giây" in browser.follow(browser.post(address, BASIS)).text
    assert browser.get(address).status_code == 409  # it waits
    with database.transaction() as session:
        status = session.scalar(text("SELECT status FROM procrastinate_jobs"))
        record = session.scalars(select(AuditRecord).where(AuditRecord.tag == "job:retried")).one()
    assert (status, record.details["task"]) == ("todo", "usage.measure-sizes")


def test_no_second_run_is_asked_for_while_one_waits(browser: Browser, database: Database) -> None:
    job_id = add(database, "usage.measure-sizes")
    add(database, "usage.measure-sizes", "todo")
    answer = browser.post(f"{PAGE}/{job_id}/chay-lai", BASIS)
    assert answer.status_code == 422
    assert "đang chờ; không cần chạy lại" in answer.text
    assert BASIS["reason"] in answer.text


def test_a_job_whose_worker_died_is_told_from_one_that_runs(
    browser: Browser, database: Database
) -> None:
    job_id = add(database, "usage.forget-old", "doing")
    page = browser.get(PAGE).text
    assert "Tiến trình làm việc này đã dừng giữa chừng" in page
    assert "Bộ phận xử lý nền không chạy" in page
    with database.transaction() as session:
        session.execute(
            text("""WITH worker AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)
            UPDATE procrastinate_jobs SET worker_id = (SELECT id FROM worker)""")
        )
    page = browser.get(PAGE).text
    assert "giữa chừng" not in page
    assert "Bộ phận xử lý nền không chạy" not in page
    assert browser.post(f"{PAGE}/{job_id}/bo", BASIS).status_code == 409


def test_what_would_surprise_people_is_given_up_not_run_again(
    browser: Browser, database: Database
) -> None:
    job_id = add(database, "identity.password-reset-mail")
    assert "/chay-lai" not in browser.get(PAGE).text
    assert browser.post(f"{PAGE}/{job_id}/chay-lai", BASIS).status_code == 404
    assert "Đã bỏ việc này" in browser.follow(browser.post(f"{PAGE}/{job_id}/bo", BASIS)).text
    assert browser.get(f"{PAGE}/{job_id}/bo").status_code == 404


def test_names_of_tasks_that_nobody_knows_stay_text(browser: Browser, database: Database) -> None:
    add(database, "<script>alert(1)</script>")
    page = browser.get(PAGE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_leaders_see_nothing_of_it(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.LEADER))
    assert browser.get(PAGE).status_code == 403
    assert "Công việc nền" not in browser.get("/quan-tri").text
