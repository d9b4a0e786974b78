"""Logs of a one-machine installation are begun anew when they are long, and every day.

Servers that open their log themselves are told to open it again after it was renamed. What a child
writes to its output cannot be told so: that is copied and cut short, since it appends wherever the
end is. A line written in the microseconds between the two is lost, which is why nothing is counted
from such a log.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO

from pydantic import BaseModel, Field

from kernel.clock import office_day, utc_now

MEBIBYTE = 1024 * 1024
Finished = Callable[[Path], Collection[Path] | None]
"""The rotated files of a log that were read to their end; None when all may go at any time."""


class LogFileSettings(BaseModel):
    """How the logs of script/server are rotated. Environment: CONGVU_LOG_FILES__*."""

    largest_bytes: int = Field(default=50 * MEBIBYTE, ge=1024)
    """A log is begun anew when it has grown to this, and at the first look of every day."""
    kept: int = Field(default=14, ge=1, le=10_000)
    """Rotated files beside each log, .1 the latest; what is not counted yet stays besides."""
    check_seconds: float = Field(default=30.0, gt=0)
    """Between two looks at the logs."""


def nothing_reads(_: Path) -> None:
    """Nobody follows the logs."""


@dataclass(slots=True)
class LogRotation:
    settings: LogFileSettings = field(default_factory=LogFileSettings)
    finished: Finished = nothing_reads
    clock: Callable[[], datetime] = utc_now
    _days: dict[Path, date] = field(default_factory=dict)
    """On which day each log was begun, or first seen."""

    def is_due(self, log: Path) -> bool:
        try:
            status = log.stat()
        except FileNotFoundError:
            return False
        today = office_day(self.clock())
        written_on = office_day(datetime.fromtimestamp(status.st_mtime, self.clock().tzinfo))
        begun_on = self._days.setdefault(log, min(written_on, today))
        if not status.st_size:
            self._days[log] = today
            return False
        return status.st_size >= self.settings.largest_bytes or begun_on < today

    def rename(self, log: Path) -> None:
        """Make place for a new file, which its writer opens."""
        self._shift(log)
        log.rename(_numbered(log, 1))
        self._begun(log)

    def copy(self, log: Path) -> None:
        """Put aside what is in it, while somebody goes on appending to it."""
        self._shift(log)
        with log.open("rb+") as source, _private(_numbered(log, 1)) as target:
            while True:
                shutil.copyfileobj(source, target, MEBIBYTE)
                target.flush()
                if source.tell() == os.fstat(source.fileno()).st_size:
                    source.truncate(0)
                    break
        self._begun(log)

    def prune(self, log: Path) -> None:
        """Remove the oldest files beyond those that are kept."""
        numbers = [number for number in _numbers(log) if number > self.settings.kept]
        if not numbers:
            return
        finished = self.finished(log)
        for number in numbers:
            path = _numbered(log, number)
            if finished is None or path in finished:
                path.unlink()

    def _begun(self, log: Path) -> None:
        self._days[log] = office_day(self.clock())
        self.prune(log)

    @staticmethod
    def _shift(log: Path) -> None:
        """The highest number first, and only as far as there is no gap to move into."""
        numbers = _numbers(log)
        last = next(n for n in range(1, len(numbers) + 2) if n not in numbers)
        for number in range(last - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                _numbered(log, number).rename(_numbered(log, number + 1))


def _numbers(log: Path) -> list[int]:
    """Of the rotated files that are there, the highest first."""
    texts = (path.name[len(log.name) + 1 :] for path in log.parent.glob(f"{log.name}.*"))
    return sorted((int(text) for text in texts if text.isdecimal()), reverse=True)


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
