"""Background jobs on PostgreSQL (procrastinate), deferred in the transaction of their cause."""

import enum
from datetime import datetime
from typing import Any

import procrastinate
from procrastinate.middleware import SyncTaskMiddleware
from procrastinate.tasks import Task
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from kernel.database import driver_connection

SILENT_SECONDS = 30
"""A worker gives a sign of life every ten seconds; after so long without one it is dead."""
STANDING = text("""
    SELECT job.status::text,
        coalesce(worker.last_heartbeat > now() - make_interval(secs => :silent), false)
    FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker
        ON worker.id = job.worker_id
    WHERE job.id = :job_id
""")

NEXT_ATTEMPT = text("""
    SELECT scheduled_at FROM procrastinate_jobs WHERE id = :job_id AND status = 'todo'
""")
SIGN_OF_LIFE = text("""
    SELECT extract(epoch FROM now() - max(last_heartbeat))::float FROM procrastinate_workers
""")
COUNTS = text("""
    SELECT count(*) FILTER (WHERE job.status = 'todo'),
        count(*) FILTER (WHERE job.status = 'doing'
            AND worker.last_heartbeat > now() - make_interval(secs => :silent)),
        count(*) FILTER (WHERE job.status = 'doing' AND coalesce(
            worker.last_heartbeat <= now() - make_interval(secs => :silent), true)),
        count(*) FILTER (WHERE job.status = 'failed')
    FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker
        ON worker.id = job.worker_id
""")


class JobStanding(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """Begun by a process that has died since."""
    FAILED = "failed"
    """It, or its last attempt."""
    OVER = "over"
    """Jobs that succeeded are not kept."""


def connection_string(url: SecretStr) -> str:
    """The libpq form of an SQLAlchemy URL."""
    plain = make_url(url.get_secret_value()).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def build_jobs(url: SecretStr, *around: SyncTaskMiddleware) -> procrastinate.App:
    """`around`: what every task runs inside of."""
    connector = procrastinate.PsycopgConnector(conninfo=connection_string(url))
    return procrastinate.App(connector=connector, worker_defaults={"task_middleware": [*around]})


def own_tasks(jobs: procrastinate.App) -> set[str]:
    """Names, without what the library brings along."""
    return {name for name in jobs.tasks if "procrastinate." not in name}


def defer(session: Session, task: Task[Any, Any, Any], **arguments: Any) -> int:
    """Enqueue a job that runs only if this transaction commits; its number."""
    return task.configure(connection=driver_connection(session)).defer(**arguments)


def standing_of(session: Session, job_id: int) -> JobStanding:
    found = session.execute(STANDING, {"job_id": job_id, "silent": SILENT_SECONDS}).first()
    if found is None:
        return JobStanding.OVER
    status, is_alive = found
    if status == "doing":
        return JobStanding.RUNNING if is_alive else JobStanding.INTERRUPTED
    return JobStanding.WAITING if status == "todo" else JobStanding.FAILED


def next_attempt(session: Session, job_id: int) -> datetime | None:
    """When a job that has failed is tried again; None where nobody tries."""
    found: datetime | None = session.scalar(NEXT_ATTEMPT, {"job_id": job_id})
    return found


def seconds_since_sign_of_life(session: Session) -> float | None:
    """Of the liveliest worker; None when none is known."""
    found: float | None = session.scalar(SIGN_OF_LIFE)
    return found


def count_jobs(session: Session) -> dict[JobStanding, int]:
    """Of all but those that are over."""
    counts = session.execute(COUNTS, {"silent": SILENT_SECONDS}).one()
    standings = (
        JobStanding.WAITING,
        JobStanding.RUNNING,
        JobStanding.INTERRUPTED,
        JobStanding.FAILED,
    )
    return dict(zip(standings, counts, strict=True))
