"""A one-machine installation in a folder of its own, started and stopped as a person would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from entrypoints.embedded.process import is_alive
from entrypoints.embedded.state import PartCondition, State, read_state
from entrypoints.home import CHECKOUT

PATIENCE_SECONDS = 60.0
SERVERS = ("postgres", "ldap")


@dataclass(slots=True)
class Installation:
    home: Path
    port_base: int
    module: str = "tests.support.servers_only"
    _running: list[subprocess.Popen[str]] = field(default_factory=list)

    def launch(self, **environment: str) -> subprocess.Popen[str]:
        """Run the module and return at once."""
        started = subprocess.Popen(
            [sys.executable, "-P", "-m", self.module],
            env={**self.environment(), **environment},
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(started)
        return started

    def start(self, parts: Sequence[str] = SERVERS) -> subprocess.Popen[str]:
        """Start everything and wait until these parts serve."""
        started = self.launch()
        self.wait_until(lambda state: state.pid == started.pid and _run(state, parts))
        return started

    def environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if "CONGVU_" not in key}
        return {
            **inherited,
            "CONGVU_HOME": str(self.home),
            "CONGVU_PORT_BASE": str(self.port_base),
            "PYTHONPATH": str(CHECKOUT),
        }

    def state(self) -> State:
        return read_state(self.home)

    def pid(self, part: str) -> int:
        pid = self.state().parts[part].pid
        assert pid is not None
        return pid

    def wait_until(self, condition: Callable[[State], bool]) -> None:
        eventually(lambda: condition(self.state()), self._story)

    def close(self) -> None:
        """Leave no process behind, however a test ended."""
        for started in self._running:
            if started.poll() is None:
                started.send_signal(signal.SIGTERM)
            started.communicate(timeout=PATIENCE_SECONDS)
        self._running.clear()

    def _story(self) -> str:
        ended = [
            started.communicate()[0] for started in self._running if started.poll() is not None
        ]
        return f"{self.state()}\n{ended}"


def eventually(condition: Callable[[], bool], story: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, story()
        time.sleep(0.02)


def are_gone(pids: list[int]) -> bool:
    return not any(is_alive(pid) for pid in pids)


def _run(state: State, parts: Sequence[str]) -> bool:
    return all(state.parts[name].state is PartCondition.RUNNING for name in parts)
