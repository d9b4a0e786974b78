"""Fresh installations to measure on: the embedded configuration, flushing to disk as it does."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from entrypoints.embedded import process
from entrypoints.embedded.assembly import programs, servers
from entrypoints.embedded.configuration import ensure_env_file
from entrypoints.embedded.part import Part
from entrypoints.home import PORTS_IN_A_ROW, Home
from entrypoints.migrations import migrate
from entrypoints.settings import Settings, load_settings
from entrypoints.wiring import Services
from tests.support.ports import free_port

START_SECONDS = 60.0
STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Installation:
    home: Home
    settings: Settings
    services: Services
    servers: Mapping[str, int]
    """Process ids by name."""

    @contextmanager
    def program(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run `web` or `worker` as script/server does."""
        (part,) = (part for part in programs(self.home) if part.name == name)
        with running(part, self.home.path) as child:
            yield child


@contextmanager
def installation(
    folder: Path, names: Sequence[str] = ("postgres", "ldap"), *, kept: bool = False
) -> Iterator[Installation]:
    """In a new folder below `folder`, gone afterwards; migrated when it has a `postgres`.

    With `kept` in `folder` itself: what is there is used again, and it stays.
    """
    path = folder if kept else Path(tempfile.mkdtemp(prefix="congvu-bench-", dir=folder))
    home = Home(path.absolute(), free_port(PORTS_IN_A_ROW))
    home.path.chmod(0o755)  # the servers run as users of their own
    try:
        ensure_env_file(home, {})
        settings = load_settings(home)
        services = Services(settings)
        with ExitStack() as stack:
            started = {
                part.name: stack.enter_context(running(part, home.path)).pid
                for part in servers(home, settings, print)
                if part.name in names
            }
            if "postgres" in names:
                migrate(settings.database.url.get_secret_value())
                stack.callback(services.close)
            yield Installation(home, settings, services, started)
    finally:
        if not kept:
            shutil.rmtree(home.path)


@contextmanager
def running(part: Part, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Serve for the block; what it says is kept in `folder`."""
    part.prepare()
    log = folder / f"{part.name}.log"
    with log.open("wb") as output:
        child = process.spawn(
            part.command(), environment=part.environment(), user=part.user, output=output
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not part.ready():
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{part.name} did not start:\n{log.read_text()}")
            time.sleep(0.02)
        yield child
    finally:
        process.stop(child, part.stop_signal, limit_seconds=STOP_SECONDS)
