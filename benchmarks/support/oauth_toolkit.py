"""django-oauth-toolkit over PostgreSQL: what storing its tokens costs a usual server."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text

from benchmarks.support.authorization import basic
from benchmarks.support.comparison import Side
from benchmarks.support.installation import Installation, installation
from benchmarks.support.load import CONNECTIONS, Load, Request, repeat, rotate
from benchmarks.support.peers import PEERS, once_per_lock
from benchmarks.support.processes import Processes
from entrypoints.home import CHECKOUT
from tests.support.daemon import running
from tests.support.ports import free_port

FOLDER = PEERS / "django-oauth-toolkit"
LOCK = FOLDER / "requirements.txt"
PYTHON = CHECKOUT / "var" / "benchmarks" / "django-oauth-toolkit"
"""Its own virtual environment: nothing of it is a requirement of the product."""
PEOPLE, MACHINES = "people", "machines"
"""Its clients: one kind of grant each."""
PROCESSES, THREADS = 2, 4
"""With 16 threads in each, or with sync workers, it was slower."""
NAME = f"django-oauth-toolkit, {PROCESSES} processes"


@dataclass(frozen=True, slots=True)
class OauthToolkit:
    url: str
    secret: str
    processes: Processes
    folder: Path
    tokens: list[str]
    """Refresh tokens that nobody has used."""

    def rotation(self) -> Side:
        return Side(f"{NAME}: rotation", self._rotate, self.processes)

    def machine(self) -> Side:
        """Opaque access tokens, each a row of a table."""
        body = "grant_type=client_credentials&scope=documents:read"
        request = Request(self.url, authorization=basic(MACHINES, self.secret), body=body)
        return Side(
            f"{NAME}: client_credentials", lambda seconds: repeat(request, seconds), self.processes
        )

    def _rotate(self, seconds: float) -> Load:
        file = self.folder / "tokens"
        file.write_text("\n".join(self.tokens.pop() for _ in range(CONNECTIONS)))
        request = Request(self.url, authorization=basic(PEOPLE, self.secret))
        return rotate(request, f"file:{file}", seconds)


@contextmanager
def oauth_toolkit(folder: Path, *, loads: int) -> Iterator[OauthToolkit]:
    """With refresh tokens for so many loads, over a PostgreSQL of its own set up like ours."""
    once_per_lock(LOCK, PYTHON, install)
    secret, port = secrets.token_urlsafe(32), free_port()
    with installation(folder, ("postgres",)) as place:
        environment = _environment(place, secret)
        tokens = _prepare(environment, loads * CONNECTIONS)
        with running(
            _gunicorn(port),
            port=port,
            log=place.home.path / "gunicorn.log",
            environment=environment,
        ) as server:
            yield OauthToolkit(
                url=f"http://127.0.0.1:{port}/o/token/",
                secret=secret,
                processes=Processes((server.pid, place.servers["postgres"])),
                folder=place.home.path,
                tokens=tokens,
            )


def install() -> None:
    shutil.rmtree(PYTHON, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", PYTHON], check=True)
    pip = [str(PYTHON / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)


def _environment(place: Installation, secret: str) -> dict[str, str]:
    with place.services.database.transaction() as session:
        session.execute(text("CREATE SCHEMA peer"))
    address = urlsplit(place.settings.database.url.get_secret_value())
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(FOLDER),
        "DJANGO_SETTINGS_MODULE": "peer_settings",
        "CLIENT_SECRET": secret,
        "PEER_SECRET_KEY": secrets.token_urlsafe(50),
        "PEER_DATABASE_HOST": address.hostname or "",
        "PEER_DATABASE_PORT": str(address.port),
        "PEER_DATABASE_NAME": address.path[1:],
        "PEER_DATABASE_USER": address.username or "",
        "PEER_DATABASE_PASSWORD": address.password or "",
    }


def _prepare(environment: Mapping[str, str], count: int) -> list[str]:
    python, script = str(PYTHON / "bin" / "python"), str(FOLDER / "prepare.py")
    done = subprocess.run(
        [python, script, PEOPLE, MACHINES, str(count)],
        env=dict(environment),
        cwd="/",
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.split()


def _gunicorn(port: int) -> list[str | Path]:
    return [
        PYTHON / "bin" / "gunicorn",
        f"--bind=127.0.0.1:{port}",
        f"--workers={PROCESSES}",
        "--worker-class=gthread",
        f"--threads={THREADS}",
        "--keep-alive=60",
        "--backlog=1024",
        "--log-level=error",
        "django.core.wsgi:get_wsgi_application()",
    ]
