"""Jobs as operators look at them, and what may be done with those that failed."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor, Permission
from kernel.audit import Basis
from kernel.errors import Conflict, NotFound
from kernel.jobs import SILENT_SECONDS, JobStanding, standing_of

STUCK = text("""
    SELECT job.id, job.task_name, job.status::text, job.attempts, failure.code,
        coalesce(failure.at, (SELECT max(event.at) FROM procrastinate_events AS event
            WHERE event.job_id = job.id))
    FROM procrastinate_jobs AS job
    LEFT JOIN kernel_job_failure AS failure ON failure.job_id = job.id
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE (job.status = 'failed' OR job.status = 'doing' AND coalesce(
            worker.last_heartbeat <= now() - make_interval(secs => :silent), true))
        AND (CAST(:job_id AS bigint) IS NULL OR job.id = :job_id)
    ORDER BY job.id DESC LIMIT :limit
""")
TASKS = text("""
    SELECT task_name, count(*) FILTER (WHERE status = 'todo'),
        count(*) FILTER (WHERE status = 'doing')
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY task_name
""")
RUNS = text("SELECT task, succeeded_at, seconds, failed_at, failure FROM kernel_task_run")
RETRY = text("SELECT procrastinate_retry_job_v2(:job_id, now(), NULL, NULL, NULL)")
ONE_WAITS = text("""
    SELECT EXISTS (SELECT FROM procrastinate_jobs AS other JOIN procrastinate_jobs AS job
        ON job.queueing_lock = other.queueing_lock
        WHERE job.id = :job_id AND other.status = 'todo')
""")
HOLD = text("SELECT FROM procrastinate_jobs WHERE id = :job_id FOR UPDATE")
REMOVE = text("DELETE FROM procrastinate_jobs WHERE id = :job_id")
STOPPED = {JobStanding.FAILED, JobStanding.INTERRUPTED}


class JobTag(enum.StrEnum):
    RETRIED = "job:retried"
    REMOVED = "job:removed"


class JobNotFound(NotFound):
    code = "job-not-found"

    def __init__(self) -> None:
        super().__init__(
            "Không có công việc nền nào như vậy, hoặc nó đã xong.",
            "There is no such job, or it is over.",
        )


class JobNotStopped(Conflict):
    code = "job-not-stopped"

    def __init__(self) -> None:
        super().__init__("Công việc này đang chờ hoặc đang chạy.", "This job waits, or is running.")


class AnotherWaits(Conflict):
    code = "job-waits-already"

    def __init__(self) -> None:
        super().__init__(
            "Một lần chạy khác của việc này đang chờ; không cần chạy lại.",
            "Another run of the same task is waiting already.",
        )


@dataclass(frozen=True, slots=True)
class StoppedJob:
    """Failed, or interrupted by the death of its process."""

    id: int
    task: str
    standing: JobStanding
    attempts: int
    code: str | None
    at: datetime | None


@dataclass(slots=True)
class TaskState:
    waiting: int = 0
    running: int = 0
    succeeded_at: datetime | None = None
    seconds: float | None = None
    failed_at: datetime | None = None
    failure: str | None = None

    @property
    def fails(self) -> bool:
        """Its last end was a failure."""
        if self.failed_at is None:
            return False
        return self.succeeded_at is None or self.failed_at > self.succeeded_at


def list_stopped(session: Session, limit: int) -> list[StoppedJob]:
    """The latest first."""
    return list(_stopped(session, None, limit))


def get_stopped(session: Session, job_id: int) -> StoppedJob:
    """Raises JobNotFound, JobNotStopped."""
    for job in _stopped(session, job_id, 1):
        return job
    if standing_of(session, job_id) is JobStanding.OVER:
        raise JobNotFound
    raise JobNotStopped


def _stopped(session: Session, job_id: int | None, limit: int) -> Iterator[StoppedJob]:
    values = {"silent": SILENT_SECONDS, "job_id": job_id, "limit": limit}
    for row_id, task, status, attempts, code, at in session.execute(STUCK, values):
        standing = JobStanding.FAILED if status == "failed" else JobStanding.INTERRUPTED
        yield StoppedJob(row_id, task, standing, attempts, code, at)


def task_states(session: Session) -> dict[str, TaskState]:
    """Of tasks that have ever run, or wait to."""
    found = {
        task: TaskState(0, 0, succeeded_at, seconds, failed_at, failure)
        for task, succeeded_at, seconds, failed_at, failure in session.execute(RUNS)
    }
    for task, waiting, running in session.execute(TASKS):
        state = found.setdefault(task, TaskState())
        state.waiting, state.running = waiting, running
    return found


def retry_job(session: Session, actor: Actor, job_id: int, basis: Basis) -> None:
    """Raises JobNotFound, JobNotStopped, AnotherWaits."""
    job = _hold(session, actor, job_id)
    if session.scalar(ONE_WAITS, {"job_id": job_id}):
        raise AnotherWaits
    session.execute(RETRY, {"job_id": job_id})
    audit.record(session, actor, JobTag.RETRIED, None, basis, job=job_id, task=job.task)


def remove_job(session: Session, actor: Actor, job_id: int, basis: Basis) -> None:
    """Give it up for good. Raises JobNotFound, JobNotStopped."""
    job = _hold(session, actor, job_id)
    session.execute(REMOVE, {"job_id": job_id})
    audit.record(session, actor, JobTag.REMOVED, None, basis, job=job_id, task=job.task)


def _hold(session: Session, actor: Actor, job_id: int) -> StoppedJob:
    actor.require(Permission.MANAGE_OPERATIONS)
    session.execute(HOLD, {"job_id": job_id})
    return get_stopped(session, job_id)
