"""A throw-away PostgreSQL for each process of the test run, and a fresh database for each test.

One cluster a process takes a second to make; sharing one between processes would save that
second and cost a protocol to stop it when the last of them ends.
"""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from entrypoints.embedded import process
from entrypoints.embedded.postgres import OWNER, Postgres
from entrypoints.migrations import migrate
from tests.support.ports import free_port
from tests.support.scratch import scratch_folder

NOTHING_TO_LOSE: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # its moments would differ from run to run
    "shared_buffers": "128MB",
}
START_SECONDS = 30.0
END_SECONDS = 1.0
TEMPLATE = "migrated"
END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
COUNT_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Hands out databases that differ from each other in nothing but the name."""

    postgres: Postgres
    _admin: psycopg.Connection
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def database(self, template: str, name: str | None = None) -> Iterator[str]:
        """A URL of a copy of the template; it costs some 20 ms and is gone afterwards."""
        name = name or f"test_{next(self._numbers)}"
        self.create(name, template)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    def create(self, name: str, template: str) -> None:
        self._execute(
            f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY OWNER {OWNER}"
        )

    def url(self, name: str) -> str:
        return self.postgres.url.removesuffix(OWNER) + name

    def _drop(self, name: str) -> None:
        """Ends the connections first: FORCE looks only every 100 ms whether they are gone."""
        self._admin.execute(END_CONNECTIONS, [name])
        deadline = time.monotonic() + END_SECONDS
        while self._admin.execute(COUNT_CONNECTIONS, [name]).fetchone() != (0,):
            if time.monotonic() > deadline:
                break  # FORCE waits on, or says who stays
            time.sleep(0.001)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        self._admin.execute(statement.encode())


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    with scratch_folder() as folder:
        postgres = Postgres(
            directory=folder / "postgres",
            port=free_port(),
            admin_password=SecretStr("admin"),
            owner_password=SecretStr("owner"),
            options=NOTHING_TO_LOSE,
        )
        postgres.prepare()
        with (
            _running(postgres, folder / "postgres.log"),
            postgres.connect_as_admin() as connection,
        ):
            yield Cluster(postgres, connection)


@contextmanager
def _running(postgres: Postgres, log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        server = process.spawn(
            postgres.command(),
            environment=postgres.environment(),
            user=postgres.user,
            output=output,
            death_signal=signal.SIGQUIT,
        )
    try:
        _wait_until_ready(postgres, server, log)
        yield
    finally:
        process.stop(server, signal.SIGQUIT, limit_seconds=10)  # no checkpoint: nothing is kept


def _wait_until_ready(postgres: Postgres, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not postgres.ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL for tests did not start:\n{log.read_text()}")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def migrated_template(cluster: Cluster) -> str:
    cluster.create(TEMPLATE, "template1")
    migrate(cluster.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def empty_database_url(cluster: Cluster) -> Iterator[str]:
    """A database of its own with nothing in it."""
    with cluster.database("template1") as url:
        yield url


@pytest.fixture
def database_url(cluster: Cluster, migrated_template: str) -> Iterator[str]:
    """A database of its own, migrated to head."""
    with cluster.database(migrated_template) as url:
        yield url
