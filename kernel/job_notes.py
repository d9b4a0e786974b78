"""What the job queue itself forgets: when each task last came to its end, and why a job failed.

Whether a job waits, runs or has failed stands in the queue alone.
"""

import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from procrastinate.job_context import JobContext
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker
from sqlalchemy import BigInteger, Float, String, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from kernel.clock import Clock
from kernel.database import Base, Database
from kernel.errors import DomainError

LONGEST_CODE = 80
SUCCEEDED = text("""
    INSERT INTO kernel_task_run AS present (task, succeeded_at, seconds)
    VALUES (:task, :now, :seconds)
    ON CONFLICT (task) DO UPDATE
    SET succeeded_at = excluded.succeeded_at, seconds = excluded.seconds
""")
FAILED = text("""
    INSERT INTO kernel_task_run AS present (task, failed_at, failure) VALUES (:task, :now, :code)
    ON CONFLICT (task) DO UPDATE SET failed_at = excluded.failed_at, failure = excluded.failure
""")
WHY = text("""
    INSERT INTO kernel_job_failure AS present (job_id, at, code) VALUES (:job_id, :now, :code)
    ON CONFLICT (job_id) DO UPDATE SET at = excluded.at, code = excluded.code
""")
FORGET = text("""
    DELETE FROM kernel_job_failure AS failure WHERE NOT EXISTS
        (SELECT FROM procrastinate_jobs AS job WHERE job.id = failure.job_id)
""")


class TaskRun(Base):
    """The last ends of one task."""

    __tablename__ = "kernel_task_run"
    task: Mapped[str] = mapped_column(String(128), primary_key=True)
    succeeded_at: Mapped[datetime | None]
    seconds: Mapped[float | None] = mapped_column(Float)
    """That the last success took."""
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(LONGEST_CODE))


class JobFailure(Base):
    """Why the last attempt of a job failed."""

    __tablename__ = "kernel_job_failure"
    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(LONGEST_CODE))
    """Of the error, or its class: what an error says may quote people's data."""


class Noting:
    """Middleware of every task."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, call_next: SyncCallNext, context: JobContext, _worker: Worker) -> Any:
        began = time.perf_counter()
        try:
            answer = call_next()
        except Exception as error:
            code = error.code if isinstance(error, DomainError) else type(error).__name__
            self._note_failure(context, code[:LONGEST_CODE])
            raise
        self._note_success(context, time.perf_counter() - began)
        return answer

    def _note_success(self, context: JobContext, seconds: float) -> None:
        values = {"task": context.job.task_name, "now": self._clock(), "seconds": seconds}
        with suppress(SQLAlchemyError), self._database.transaction() as session:
            session.execute(SUCCEEDED, values)

    def _note_failure(self, context: JobContext, code: str) -> None:
        values = {"task": context.job.task_name, "now": self._clock(), "code": code}
        with suppress(SQLAlchemyError), self._database.transaction() as session:
            session.execute(FORGET)
            session.execute(FAILED, values)
            session.execute(WHY, values | {"job_id": context.job.id})
