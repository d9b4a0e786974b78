"""Background jobs on PostgreSQL (procrastinate), deferred in the transaction of their cause."""

from typing import Any

import procrastinate
from procrastinate.tasks import Task
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from kernel.database import driver_connection


def connection_string(url: SecretStr) -> str:
    """The libpq form of an SQLAlchemy URL."""
    plain = make_url(url.get_secret_value()).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def build_jobs(url: SecretStr) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=connection_string(url))
    return procrastinate.App(connector=connector)


def defer(session: Session, task: Task[Any, Any, Any], **arguments: Any) -> None:
    """Enqueue a job that runs only if this transaction commits."""
    task.configure(connection=driver_connection(session)).defer(**arguments)
