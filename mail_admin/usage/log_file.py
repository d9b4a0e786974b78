"""Follows one log through its rotations, whichever way they are done."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from mail_admin.usage.log_family import (
    Member,
    Place,
    begins_like,
    find,
    fingerprint,
    holds,
    members_of,
    open_log,
)

CHUNK_BYTES = 8 * 1024 * 1024
"""At once, of a log that waits: the more, the fewer times a row of a day is written."""
LONGEST_LINE = 16 * 1024
"""Bytes; longer lines are nothing of ours. Dovecot cuts at 8 KiB, Postfix at 2 KiB."""
SETTLED_SECONDS = 2.0
"""How long a log has to be quiet, once there is a newer one, before it counts as finished: of
several who write to it not all go on to the newer one at the same moment."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines, without their ends, and the places before and after them."""

    lines: list[str]
    before: Place
    after: Place
    undecodable: int = 0
    too_long: int = 0

    @property
    def count(self) -> int:
        """Of lines, also those that say nothing."""
        return len(self.lines) + self.undecodable + self.too_long


class LogFile:
    """Reads on from a place; `advance` moves on once what was read is stored."""

    def __init__(self, path: Path, *, settled_seconds: float = SETTLED_SECONDS) -> None:
        self.path = path
        self.place: Place | None = None
        self._descriptor: int | None = None
        self._copied_ns: int | None = None
        """Of a compressed file that is read: when it was written."""
        self._settled_ns = int(settled_seconds * 1e9)
        self._scanned = 0
        """How far an unfinished line that is too long was looked through."""

    def resume(self, place: Place | None) -> None:
        """Without a place the present file is read from its beginning."""
        self.close()
        self.place = place

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None
        self._scanned = 0

    def advance(self, chunk: Chunk) -> None:
        self.place = chunk.after

    def read(self, most: int | None = None) -> Chunk | None:
        """The next lines, at most so many; None when there are none now, or no file yet."""
        while True:
            if not self._is_open():
                return None
            chunk = self._read_here(most)
            if chunk is not None or not self._open_next():
                return chunk

    def _is_open(self) -> bool:
        """Open at the place, or where reading has to go on when the place is no more."""
        if self._descriptor is not None and self.place is not None:
            if holds(self._descriptor, self.place):
                return True
            self.close()  # it was cut short: what we had not read is in a copy, if anywhere
        if self.place is None:
            return self._open_at_start(self.path)
        found = find(self.path, self.place)
        if found is None:
            return self._open_oldest()
        self._descriptor, inode, self._copied_ns = found
        self.place = Place(inode, self.place.offset, self.place.fingerprint)
        return True

    def _open_oldest(self) -> bool:
        """The place is lost: better to read again what is known than to leave anything out."""
        return any(self._open_at_start(member.path) for member in members_of(self.path)[:1])

    def _open_at_start(self, path: Path) -> bool:
        try:
            self._descriptor, inode, self._copied_ns = open_log(path)
        except FileNotFoundError:
            return False
        self._scanned = 0
        self.place = Place(inode, 0, fingerprint(self._descriptor, 0))
        return True

    def _open_next(self) -> bool:
        """Go on to the file that was begun after this one, when this one is finished.

        It is finished when the writer has gone on to another one, which has something in it by
        then, and nobody has written to this one for a while: a last line without an end will
        never get one.
        """
        descriptor, place = self._here()
        modified = os.fstat(descriptor).st_mtime_ns
        later = self._later(place, self._copied_ns or modified)
        if later is None:
            return False
        rest = os.pread(descriptor, CHUNK_BYTES, place.offset + self._scanned)
        if b"\n" in rest:  # written between our reading and our looking for a later file
            return True
        if self._copied_ns is None and 0 <= time.time_ns() - modified < self._settled_ns:
            return False
        self.close()
        return self._open_at_start(later)

    def _later(self, place: Place, modified: int) -> Path | None:
        """The first file after this one that has something in it."""
        members = members_of(self.path)
        here = self._index(members, place)
        after = (
            # it was renamed while we looked, or is gone: whatever was written to later than this
            [one for one in members if one.status.st_mtime_ns >= modified]
            if here is None
            else members[here + 1 :]
        )
        return next((one.path for one in after if one.status.st_size), None)

    def _index(self, members: list[Member], place: Place) -> int | None:
        for index, (_, status) in enumerate(members):
            if status.st_ino == place.inode and self._copied_ns in {None, status.st_mtime_ns}:
                return index
        for index, member in enumerate(members):  # compressed while we read it
            if member.is_compressed and not place.is_start and begins_like(member.path, place):
                return index
        return None

    def _here(self) -> tuple[int, Place]:
        assert self._descriptor is not None  # noqa: S101  # we have just read from it
        assert self.place is not None  # noqa: S101
        return self._descriptor, self.place

    def _read_here(self, most: int | None) -> Chunk | None:
        descriptor, place = self._here()
        begin = place.offset
        data = os.pread(descriptor, CHUNK_BYTES, begin + self._scanned)
        cut = data.rfind(b"\n") + 1
        if not cut:
            return self._unfinished(data)
        if self._scanned:  # the end of a line that is too long
            end = begin + self._scanned + data.index(b"\n") + 1
            self._scanned = 0
            return Chunk([], place, self._place(end), too_long=1)
        cut = _end_of_lines(data, cut, most)
        lines, undecodable, too_long = _decoded(data[:cut])
        return Chunk(lines, place, self._place(begin + cut), undecodable, too_long)

    def _unfinished(self, data: bytes) -> Chunk | None:
        """No end of a line in sight: the writer is at it, or the line is absurdly long."""
        if self._scanned + len(data) > LONGEST_LINE:
            self._scanned += len(data)
            if len(data) == CHUNK_BYTES and self.place:
                return Chunk([], self.place, self.place)
        return None

    def _place(self, offset: int) -> Place:
        descriptor, place = self._here()
        return Place(place.inode, offset, fingerprint(descriptor, offset))


def _end_of_lines(data: bytes, cut: int, most: int | None) -> int:
    """Where that many whole lines end, or all that there are."""
    end = 0
    for _ in range(most or 0):
        end = data.find(b"\n", end, cut) + 1
        if not end:
            return cut
    return end or cut


def _decoded(data: bytes) -> tuple[list[str], int, int]:
    """Lines, how many were not UTF-8, how many too long."""
    try:
        lines = data.decode().split("\n")
        undecodable = 0
    except UnicodeDecodeError:
        raw = data.split(b"\n")
        lines = [text for text in map(_text, raw) if text is not None]
        undecodable = len(raw) - len(lines)
    lines.pop()  # after the last end of a line is nothing
    short = [line for line in lines if len(line) <= LONGEST_LINE]
    return short, undecodable, len(lines) - len(short)


def _text(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None
