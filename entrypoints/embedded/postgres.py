"""A private PostgreSQL from the distribution's binaries: its own cluster, passwords and port."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from pydantic import SecretStr

from entrypoints.embedded import ports, process
from entrypoints.embedded.errors import ForeignDataVersion, PartFailed, ServerMissing
from entrypoints.embedded.places import find_place, give

INSTALLATIONS = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu put each major version."""
SERVER_USER = "postgres"
OWNER = "congvu"
"""Role of the product and name of its database."""
FORMER_SERVER_LIMIT_SECONDS = 15.0
BUILTIN_LOCALES_SINCE = 17

TUNING: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",  # short queries: compiling costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A cluster under `directory` with one role and database, `congvu`, on a loopback port."""

    directory: Path
    port: int
    admin_password: SecretStr
    owner_password: SecretStr
    options: Mapping[str, str] = field(default_factory=dict)
    """Server parameters on top of the tuning; throw-away clusters trade durability here."""
    name: str = "postgres"
    stop_signal: signal.Signals = signal.SIGINT  # "fast": ends sessions, then writes a checkpoint
    death_signal: signal.Signals = signal.SIGINT
    companions: Mapping[str, str] = field(default_factory=dict)
    own_log: Path | None = None
    reopen_signal: signal.Signals = signal.SIGHUP

    @property
    def address(self) -> str:
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def user(self) -> str | None:
        return server_user()

    @property
    def url(self) -> str:
        password = self.owner_password.get_secret_value()
        return f"postgresql+psycopg://{OWNER}:{password}@{self.address}/{OWNER}"

    def prepare(self) -> None:
        """Raises ServerMissing, ForeignDataVersion, PartFailed."""
        if not self._data.exists():
            self._initialise()
        self._binary("postgres")
        self._clear_former_server()

    def command(self) -> list[str]:
        parameters = {
            "port": str(self.port),
            "listen_addresses": ports.LOOPBACK,
            "unix_socket_directories": "",  # a socket's path may have 107 bytes, a home's more
            **TUNING,
            **self.options,
        }
        switches = [part for key, value in parameters.items() for part in ("-c", f"{key}={value}")]
        return [str(self._binary("postgres")), "-D", str(self._data), *switches]

    def environment(self) -> Mapping[str, str]:
        return {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}

    def ready(self) -> bool:
        if not ports.answers(self.port):
            return False
        try:
            self.connect_as_admin().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect_as_admin(self) -> psycopg.Connection:
        """As the superuser, on the database `postgres`, each statement its own transaction."""
        return psycopg.connect(
            host=ports.LOOPBACK,
            port=self.port,
            user=SERVER_USER,
            password=self.admin_password.get_secret_value(),
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _initialise(self) -> None:
        """Build the cluster beside its place and move it there when it is complete."""
        _make_private(self.directory, self.user)
        unfinished = self.directory / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        binaries = newest_installation()
        password_file = self.directory / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.admin_password.get_secret_value())
        give(password_file, self.user)
        switches = (f"--pgdata={unfinished}", f"--pwfile={password_file}")
        self._run([str(binaries / "initdb"), *switches, *_cluster_switches(binaries)])
        password_file.unlink()
        self._run(
            [str(binaries / "postgres"), "--single", "-D", str(unfinished), "postgres"],
            f"CREATE ROLE {OWNER} LOGIN PASSWORD '{self.owner_password.get_secret_value()}'\n"
            f"CREATE DATABASE {OWNER} OWNER {OWNER}\n",
        )
        unfinished.rename(self._data)

    def _run(self, command: list[str], text: str = "") -> None:
        done = subprocess.run(  # noqa: S603  # the distribution's own programs
            command,
            input=text,
            text=True,
            capture_output=True,
            cwd="/",
            env=dict(self.environment()),
            check=False,
            **process.identity(self.user),
        )
        if done.returncode or "ERROR:" in done.stderr:  # single-user mode ends with 0 regardless
            raise PartFailed(self.name, f"{Path(command[0]).name} failed", None, done.stderr)

    def _binary(self, name: str) -> Path:
        """From the installation of the version that made the data."""
        version = (self._data / "PG_VERSION").read_text().strip()
        binary = INSTALLATIONS / version / "bin" / name
        if not binary.exists():
            installed = newest_installation().parent.name
            raise ForeignDataVersion(self._data, version, installed)
        return binary

    def _clear_former_server(self) -> None:
        """Wait for a server that a killed supervisor left ending; drop the lock file of a dead one.

        PostgreSQL itself takes any living process with the former id for the former server.
        """
        lock = self._data / "postmaster.pid"
        deadline = time.monotonic() + FORMER_SERVER_LIMIT_SECONDS
        while (pid := _recorded_pid(lock)) and _works_in(pid, self._data):
            if time.monotonic() > deadline:
                raise PartFailed(self.name, f"its former process {pid} does not end", None)
            time.sleep(0.05)
        lock.unlink(missing_ok=True)


def server_user() -> str | None:
    """PostgreSQL refuses to run as root; the package brings a user for it."""
    return SERVER_USER if os.geteuid() == 0 else None


def newest_installation() -> Path:
    """Folder of the binaries. Raises ServerMissing."""
    found = [path.parent for path in INSTALLATIONS.glob("*/bin/postgres")]
    if not found:
        raise ServerMissing("PostgreSQL")
    return max(found, key=lambda binaries: float(binaries.parent.name))


def find_directory(home: Path) -> Path:
    """Where the cluster of a home lives. Raises DataMissing."""
    return find_place(home, "postgres", server_user())


def _cluster_switches(binaries: Path) -> list[str]:
    switches = [
        f"--username={SERVER_USER}",
        "--auth=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    if float(binaries.parent.name) >= BUILTIN_LOCALES_SINCE:
        switches += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return switches


def _make_private(directory: Path, user: str | None) -> None:
    directory.mkdir(mode=0o700, exist_ok=True)
    give(directory, user)


def _recorded_pid(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _works_in(pid: int, directory: Path) -> bool:
    """Whether the process is alive with that working directory, as a PostgreSQL server is."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cwd").readlink() == directory.resolve()
    return False
