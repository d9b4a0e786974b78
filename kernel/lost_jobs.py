"""Jobs that were lost with their worker, and what waits for jobs that are no more."""

from typing import Any

import procrastinate
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy import ColumnElement, Text, cast, column, exists, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute

from kernel.jobs import SILENT_SECONDS

MOST_ATTEMPTS = 5
"""Of a job whose worker is lost each time: perhaps it is the job that ends the worker."""
JOBS = table("procrastinate_jobs", column("task_name"), column("status"), column("args", JSONB))


def is_waited_for(
    task_name: str, argument: str, value: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Whether a job of a task with this argument waits or runs; to be asked beside the row."""
    return exists().where(
        JOBS.c.task_name == task_name,
        cast(JOBS.c.status, Text).in_(["todo", "doing"]),
        JOBS.c.args[argument].astext == cast(value, Text),
    )


async def resume_lost(jobs: procrastinate.App) -> int:
    """Put jobs back whose worker was killed in the middle; as many as there were.

    What it had not committed never was; jobs are written so that they can be done again.
    """
    manager = jobs.job_manager
    lost = list(await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS))
    for job in lost:
        try:
            if job.attempts + 1 < MOST_ATTEMPTS:
                await manager.retry_job(job)
            else:
                await manager.finish_job(job, Status.FAILED, delete_job=False)
        except UniqueViolation:  # the next of its kind waits already
            await manager.finish_job(job, Status.FAILED, delete_job=True)
    return len(lost)
