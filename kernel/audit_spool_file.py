"""Files that records wait in: one writer each, which lives as long as it holds the lock."""

import errno
import fcntl
import os
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".jsonl"
BEGUN = ".new"
"""Not yet locked: whoever looks for files without an owner must not find it."""
TORN = ".torn"
"""Kept, as something in it could not be read."""


@dataclass(slots=True)
class SpoolFile:
    """Lines of JSON, and how far they have gone into the database."""

    path: Path
    descriptor: int
    size: int = 0
    """Bytes of whole lines as far as its writer is concerned."""
    position: int | None = None
    """Bytes that the database has; None when only the database knows."""
    flushed: int = 0
    """Bytes that the database certainly has, also while more of them are on their way."""
    damaged: int = 0
    """Pieces that are no record."""

    @property
    def name(self) -> str:
        return self.path.stem

    def append(self, line: bytes) -> None:
        """All of it or nothing: one write(2), which outlives this process at once.

        Raises OSError. For one thread at a time.
        """
        written = os.write(self.descriptor, line)
        if written != len(line):  # the disk is full
            os.ftruncate(self.descriptor, self.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += written

    def is_whole(self) -> bool:
        """False when half a line stands at the end and could not be taken back."""
        return os.fstat(self.descriptor).st_size == self.size

    def read(self, length: int) -> bytes:
        """From the position on."""
        return os.pread(self.descriptor, length, self.position or 0)

    def sync(self) -> None:
        """Make it outlive a power failure too."""
        os.fdatasync(self.descriptor)
        sync_folder(self.path.parent)

    def remove(self) -> None:
        """Gone for good, or kept under another name when it is damaged."""
        if self.damaged:
            self.path.rename(self.path.with_suffix(TORN))
        else:
            self.path.unlink()
        sync_folder(self.path.parent)

    def close(self) -> None:
        """Lets the lock go as well."""
        os.close(self.descriptor)


def create(folder: Path) -> SpoolFile:
    """A new file of our own. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{os.getpid()}-{secrets.token_hex(8)}{SUFFIX}"
    begun = path.with_suffix(BEGUN)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(begun, flags, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    begun.rename(path)
    return SpoolFile(path, descriptor, position=0)


def left_behind(folder: Path) -> Generator[SpoolFile, None, None]:
    """Each file whose owner is dead, ours while the loop is at it."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with _adopted(path) as file:
            if file is not None:
                yield file


@contextmanager
def _adopted(path: Path) -> Iterator[SpoolFile | None]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):  # somebody was faster; another user's
        yield None
        return
    try:
        if _locked(descriptor) and _still_there(path, descriptor):
            yield SpoolFile(path, descriptor, os.fstat(descriptor).st_size)
        else:
            yield None
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # its owner lives
        return False
    return True


def _still_there(path: Path, descriptor: int) -> bool:
    """Whoever had it before us may have finished and removed it."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
