"""A real server for a test: started, waited for, stopped by its process id, heard when it fails."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from entrypoints.embedded import process
from entrypoints.embedded.ports import answers

START_SECONDS = 30.0
STOP_SECONDS = 10.0


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    port: int | None,
    log: Path,
    environment: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that stays in the foreground, once it answers at its port on loopback, if any.

    Enter from the main thread: the server ends with the thread that started it.
    """
    with log.open("wb") as output:
        server = process.spawn(
            [str(word) for word in command],
            environment={"PATH": os.environ["PATH"], **(environment or {})},
            output=output,
        )
    try:
        if port is not None:
            wait_until(lambda: answers(port), server, log)
        yield server
    finally:
        process.stop(server, stop_signal, limit_seconds=STOP_SECONDS)


def wait_until(condition: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    """Raises RuntimeError with what the server has said when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{server.args!r} did not start:\n{log.read_text()}")
        time.sleep(0.005)
