"""What runs where: `state.json` in the home, and the lock that makes a home's copy the only one."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from entrypoints.embedded.errors import AlreadyRunning

PARTS = ("web", "postgres", "ldap", "imap", "submission", "lmtp", "worker", "policy")
"""Every part; those that cannot run here are reported as absent."""


class PartCondition(StrEnum):
    ABSENT = "absent"
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"
    STOPPED = "stopped"


class PartState(BaseModel):
    state: PartCondition = PartCondition.ABSENT
    address: str | None = None
    pid: int | None = None
    restarts: int = 0


class State(BaseModel):
    pid: int | None = None
    """Of the supervisor; None when it is not running."""
    parts: dict[str, PartState] = {name: PartState() for name in PARTS}


def read_state(home: Path) -> State:
    """The parts as last written; all of them stopped when no supervisor holds the home's lock."""
    state = last_written(home)
    if not _is_locked(home):
        state.pid = None
        for part in state.parts.values():
            if part.state is not PartCondition.ABSENT:
                part.state, part.pid = PartCondition.STOPPED, None
    return state


def ended_cleanly(home: Path) -> bool:
    """Whether the last supervisor of this home, if any, stopped its parts before it ended.

    Only its successor, holding the home, may ask.
    """
    return last_written(home).pid is None


def last_written(home: Path) -> State:
    try:
        return State.model_validate_json((home / "state.json").read_text())
    except FileNotFoundError:
        return State()


def write_state(home: Path, state: State) -> None:
    """Replace the file as a whole, so that no reader ever sees half of it."""
    unfinished = home / f".state.{os.getpid()}.json"
    unfinished.write_text(json.dumps(state.model_dump(mode="json"), indent=2) + "\n")
    unfinished.replace(home / "state.json")


@contextmanager
def only_copy(home: Path) -> Iterator[None]:
    """Hold the home for this process; the kernel lets go of it however the process ends.

    Raises AlreadyRunning.
    """
    with _open_lock(home) as lock:
        _take(lock, home)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _take(lock: IO[str], home: Path) -> None:
    for _attempt in range(10):  # `read_state` of someone else holds it for a moment
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return
    raise AlreadyRunning(home, int(lock.read() or 0))


def _is_locked(home: Path) -> bool:
    try:
        with (home / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:  # nothing was ever started here
        return False
    return False


def _open_lock(home: Path) -> IO[str]:
    """Open for reading the other's process id and writing our own, without emptying it first."""
    return os.fdopen(os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o644), "r+")
