"""Turns that processes of one machine share: what each of them does at most so many times at once.

Locks of files, since the kernel takes them back from whoever dies (flock(2)).
"""

import fcntl
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import Protocol


class Slots(Protocol):
    def held(self) -> AbstractContextManager[None]:
        """Waits for one of them, and has it inside."""


class EnoughSlots:
    """For a process that shares with nobody: its threads are the limit."""

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()


class SharedSlots:
    """Of all processes that use the same folder."""

    def __init__(self, folder: Path, number: int) -> None:
        self._paths = [folder / f"slot-{index}" for index in range(number)]
        self._turns = count()
        self._own = threading.local()

    @contextmanager
    def held(self) -> Iterator[None]:
        """A free one, or the own one in its turn: who waits for one is served in order."""
        files = self._files()
        taken = next((file for file in files if _take(file)), None)
        if taken is None:
            taken = files[0]
            fcntl.flock(taken, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(taken, fcntl.LOCK_UN)

    def _files(self) -> list[int]:
        """Opened by each thread for itself, or its threads would share the locks; own one first."""
        files: list[int] | None = getattr(self._own, "files", None)
        if files is None:
            first = next(self._turns) % len(self._paths)
            paths = self._paths[first:] + self._paths[:first]
            self._own.holder = holder = _Opened(paths)
            self._own.files = files = holder.files
        return files


class _Opened:
    """Closed when the thread ends that holds it."""

    def __init__(self, paths: list[Path]) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self.files = [os.open(path, flags, 0o600) for path in paths]
        weakref.finalize(self, _close, self.files)


def _close(files: list[int]) -> None:
    for file in files:
        os.close(file)


def _take(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
