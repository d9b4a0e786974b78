"""Starts parts in order, restarts those that die, stops them in reverse order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from entrypoints.embedded import process
from entrypoints.embedded.errors import PartFailed
from entrypoints.embedded.log_rotation import LogRotation
from entrypoints.embedded.part import Part
from entrypoints.embedded.state import PartCondition, PartState, State, write_state

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
AWAITED_SIGNALS = {signal.SIGCHLD, *STOP_SIGNALS}
POLL_SECONDS = 0.02
"""Between two questions whether a starting part is ready."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A part that ran this long has its pause before the next restart reset."""
LONGEST_SLEEP_SECONDS = 3600.0


class StopRequested(Exception):
    """Someone sent us a signal to stop."""


@dataclass(slots=True)
class Child:
    """One part and its present process."""

    part: Part
    process: subprocess.Popen[bytes]
    started_at: float
    ready: bool = False
    restarts: int = 0
    pause_seconds: float = FIRST_PAUSE_SECONDS
    due_at: float | None = None
    """When to start it again; None while it runs."""


@dataclass(slots=True)
class Supervisor:
    """Use as a context manager: inside it the signals that stop us wait until we look at them.

    All parts are stopped on the way out. One thread, no signal handlers: `sigtimedwait` sleeps
    until a child dies, someone wants us to stop, or the next thing is due.
    """

    home: Path
    say: Callable[[str], None]
    start_limit_seconds: float = 60.0
    stop_limit_seconds: float = 15.0
    """For one part; what has not ended by then is killed."""
    rotation: LogRotation = field(default_factory=LogRotation)
    state: State = field(default_factory=lambda: State(pid=os.getpid()))
    _children: list[Child] = field(default_factory=list)
    _former_mask: set[int] = field(default_factory=set)
    _logs_due_at: float = 0.0

    def __enter__(self) -> Self:
        self._former_mask = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED_SIGNALS)
        (self.home / "log").mkdir(mode=0o700, exist_ok=True)
        self._record()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with ExitStack() as rest:
            rest.callback(signal.pthread_sigmask, signal.SIG_SETMASK, self._former_mask)
            rest.callback(_forget_impatience)
            rest.callback(self._stop_all)

    def start(self, part: Part) -> None:
        """Start a part and wait until it serves. Raises PartFailed, StopRequested."""
        part.prepare()
        self._rotate_unused(part)
        child = Child(part, self._spawn(part), time.monotonic())
        self._children.append(child)
        self._record(child, PartCondition.STARTING)
        deadline = child.started_at + self.start_limit_seconds
        while not child.ready:
            self._wait(POLL_SECONDS)
            if not child.ready and time.monotonic() > deadline:
                raise self._failure(part, f"not ready after {self.start_limit_seconds:g} s")

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a command to its end in the foreground, watching the parts meanwhile.

        Returns its exit code. Raises StopRequested, the command being stopped first.
        """
        task = process.spawn(command, environment=environment)
        try:
            while task.poll() is None:
                self._wait(None)
        except StopRequested:
            process.stop(task, signal.SIGTERM, limit_seconds=self.stop_limit_seconds)
            raise
        return task.returncode

    def watch(self) -> NoReturn:
        """Restart what dies until someone asks us to stop. Raises StopRequested."""
        while True:
            self._wait(None)

    def _wait(self, limit_seconds: float | None) -> None:
        """Sleep until something happens, then look after every child. Raises StopRequested."""
        limit = min([*self._pending(), limit_seconds or LONGEST_SLEEP_SECONDS])
        info = signal.sigtimedwait(AWAITED_SIGNALS, max(limit, 0.0))
        if info is not None and info.si_signo in STOP_SIGNALS:
            raise StopRequested
        for child in self._children:
            self._look_after(child)
        if time.monotonic() >= self._logs_due_at:
            self._rotate_logs()

    def _pending(self) -> list[float]:
        """Seconds until each child needs a look, for those that do."""
        now = time.monotonic()
        due = [child.due_at - now for child in self._children if child.due_at is not None]
        starting = any(child.due_at is None and not child.ready for child in self._children)
        logs = [max(self._logs_due_at - now, 0.0)] if self._children else []
        return [*due, *logs, *([POLL_SECONDS] if starting else [])]

    def _look_after(self, child: Child) -> None:
        if child.due_at is not None:
            if time.monotonic() >= child.due_at:
                self._restart(child)
        elif child.process.poll() is not None:
            self._note_death(child)
        elif not child.ready:
            self._greet(child)

    def _greet(self, child: Child) -> None:
        """Note that a starting part serves by now, or end one that will not."""
        part, seconds = child.part, time.monotonic() - child.started_at
        if part.ready():
            child.ready = True
            self._record(child, PartCondition.RUNNING)
            where = f" at {part.address}" if part.address else ""
            self.say(f"{part.name} ready{where} (pid {child.process.pid}, {seconds:.1f} s)")
        elif seconds > self.start_limit_seconds and child.restarts:
            self.say(f"{part.name} is not ready after {self.start_limit_seconds:g} s")
            process.kill(child.process)  # its death is noted at the next look

    def _note_death(self, child: Child) -> None:
        """Plan the restart; a part that dies before it ever served is given up at once."""
        how = _ending(child.process.returncode)
        if not child.ready and child.restarts == 0:
            raise self._failure(child.part, how)
        if time.monotonic() - child.started_at > STEADY_SECONDS:
            child.pause_seconds = FIRST_PAUSE_SECONDS
        self.say(f"{child.part.name} {how}, starting again in {child.pause_seconds:g} s")
        self._plan_restart(child)

    def _plan_restart(self, child: Child) -> None:
        child.due_at = time.monotonic() + child.pause_seconds
        child.pause_seconds = min(child.pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        self._record(child, PartCondition.FAILED)

    def _restart(self, child: Child) -> None:
        try:
            child.part.prepare()
            child.process = self._spawn(child.part)
        except Exception as error:  # noqa: BLE001  # nothing may end the one who restarts things
            self.say(f"{child.part.name} could not be started: {error}")
            self._plan_restart(child)
            return
        child.started_at, child.due_at, child.ready = time.monotonic(), None, False
        child.restarts += 1
        self._record(child, PartCondition.STARTING)

    def _stop_all(self) -> None:
        for child in reversed(self._children):
            if child.process.poll() is None:
                self._stop(child)
            self._record(child, PartCondition.STOPPED)
        self._children.clear()
        self.state.pid = None
        self._record()

    def _stop(self, child: Child) -> None:
        part = child.part
        if process.stop(child.process, part.stop_signal, limit_seconds=self.stop_limit_seconds):
            self.say(f"{part.name} stopped")
        else:
            self.say(f"{part.name} did not stop within {self.stop_limit_seconds:g} s, killed")

    def _spawn(self, part: Part) -> subprocess.Popen[bytes]:
        with self._log(part).open("ab") as log:
            return process.spawn(
                part.command(),
                environment=part.environment(),
                user=part.user,
                output=log,
                death_signal=part.death_signal,
            )

    def _rotate_unused(self, part: Part) -> None:
        """Logs that nobody writes to at present."""
        for log in filter(None, (self._log(part), part.own_log)):
            if self.rotation.is_due(log):
                self.rotation.rename(log)

    def _rotate_logs(self) -> None:
        self._logs_due_at = time.monotonic() + self.rotation.settings.check_seconds
        for child in self._children:
            try:
                self._rotate_used(child)
            except OSError as error:  # such as a full disk
                self.say(f"logs of {child.part.name} could not be rotated: {error}")

    def _rotate_used(self, child: Child) -> None:
        """Only of a part that serves: before that, the signal might end it."""
        own, log = child.part.own_log, self._log(child.part)
        if self.rotation.is_due(log):
            self.rotation.copy(log)
        if own is not None and child.ready and child.due_at is None:
            if self.rotation.is_due(own):
                self.rotation.rename(own)
                child.process.send_signal(child.part.reopen_signal)
            self.rotation.prune(own)

    def _log(self, part: Part) -> Path:
        return self.home / "log" / f"{part.name}.log"

    def _failure(self, part: Part, reason: str) -> PartFailed:
        lines = self._log(part).read_text(errors="replace").splitlines()[-10:]
        return PartFailed(part.name, reason, self._log(part), "\n".join(lines))

    def _record(self, child: Child | None = None, condition: PartCondition | None = None) -> None:
        if child is not None and condition is not None:
            gone = condition in {PartCondition.FAILED, PartCondition.STOPPED}
            part = child.part
            for name, address in {part.name: part.address, **part.companions}.items():
                self.state.parts[name] = PartState(
                    state=condition,
                    address=address,
                    pid=None if gone else child.process.pid,
                    restarts=child.restarts,
                )
        write_state(self.home, self.state)


def _forget_impatience() -> None:
    """Drop a second Ctrl-C, which would strike when everything has just been stopped in order."""
    while signal.sigtimedwait(STOP_SIGNALS, 0) is not None:
        pass


def _ending(returncode: int) -> str:
    if returncode < 0:
        return f"was killed by {signal.Signals(-returncode).name}"
    return f"ended with exit code {returncode}"
