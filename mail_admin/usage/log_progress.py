"""How far a log is read, for those who look after it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mail_admin.usage.log_family import Member, Place, members_of, whose

TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Progress:
    file: str
    """Name of the file that is read at present; the log itself when that cannot be told."""
    size: int
    unread_bytes: int
    """Of whole lines; compressed files count as large as they are."""
    current_as_of: datetime | None
    """What was written until then is counted; None when nothing new can be said."""


class LogWatch:
    """Looks at a log from time to time, whatever happens to it meanwhile.

    A log that is written to all the time always has something unread. So it is remembered how far
    it reached when it was looked at: once reading has got there, the figures were current then.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._mark: tuple[datetime, int, int] | None = None
        """When it was looked at, the inode of the log, and how far it reached."""

    def look(self, place: Place | None) -> Progress:
        now, members = self._clock(), members_of(self._path)
        if not members or members[-1].path != self._path:
            return Progress(self._path.name, 0, 0, None)
        here = whose(members, place) if place is not None else None
        unread = _unread(members, here, place)
        current = now if not unread else self._passed(members, here, place)
        if current is not None or self._is_cut_short(members[-1]):
            self._mark = (now, members[-1].status.st_ino, _end_of_lines(members[-1]))
        shown = members[-1 if here is None else here]
        return Progress(shown.path.name, shown.status.st_size, unread, current)

    def _passed(
        self, members: list[Member], here: int | None, place: Place | None
    ) -> datetime | None:
        """When the log reached as far as is read by now."""
        if self._mark is None or place is None or here is None:
            return None
        looked_at, inode, end = self._mark
        before = {member.status.st_ino for member in members[:here]}
        is_there = place.inode == inode and place.offset >= end
        return looked_at if is_there or inode in before else None

    def _is_cut_short(self, newest: Member) -> bool:
        """Or never looked at: the mark is then none that could be reached."""
        if self._mark is None:
            return True
        _, inode, end = self._mark
        return newest.status.st_ino == inode and newest.status.st_size < end


def _unread(members: list[Member], here: int | None, place: Place | None) -> int:
    """All of them when the place is lost: they are read again."""
    if place is None:
        return _end_of_lines(members[-1])
    if here is None:
        return sum(member.status.st_size for member in members)
    rest = max(_end_of_lines(members[here]) - place.offset, 0)
    return rest + sum(member.status.st_size for member in members[here + 1 :])


def _end_of_lines(member: Member) -> int:
    """Where the last whole line ends: half a line may never get its end."""
    size = member.status.st_size
    begin = max(size - TAIL_BYTES, 0)
    if member.is_compressed:
        return size
    try:
        with member.path.open("rb") as log:
            return begin + os.pread(log.fileno(), size - begin, begin).rfind(b"\n") + 1
    except OSError:  # whoever reads it will say so
        return size
