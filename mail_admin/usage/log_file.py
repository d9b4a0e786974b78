"""Follows one log through its rotations, whichever way they are done.

A place in it is the inode, the offset, and a fingerprint of what stands before the offset, 256
bytes at most: inodes are used again, and a file cut short (`copytruncate`) keeps its own. Siblings
are files beside it with a name that goes on, such as `mail.log.1`; compressed ones cannot be read
on, so rotation has to delay compression by one round more than we may be down.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

FINGERPRINT_BYTES = 256
CHUNK_BYTES = 8 * 1024 * 1024
"""At once, of a log that waits: the more, the fewer times a row of a day is written."""
LONGEST_LINE = 16 * 1024
"""Bytes; longer lines are nothing of ours. Dovecot cuts at 8 KiB, Postfix at 2 KiB."""
COMPRESSED = frozenset({".gz", ".xz", ".bz2", ".zst", ".lz4"})


@dataclass(frozen=True, slots=True)
class Place:
    inode: int
    offset: int
    fingerprint: bytes

    @property
    def is_start(self) -> bool:
        return self.offset == 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines, without their ends, and the place after them."""

    lines: list[str]
    after: Place
    undecodable: int = 0
    too_long: int = 0


def fingerprint(descriptor: int, offset: int) -> bytes:
    return blake2b(_head(descriptor, offset), digest_size=16).digest()


def _head(descriptor: int, offset: int) -> bytes:
    return os.pread(descriptor, min(offset, FINGERPRINT_BYTES), 0)


class LogFile:
    """Reads on from a place; `advance` moves on once what was read is stored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place: Place | None = None
        self._descriptor: int | None = None
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

    def read(self) -> Chunk | None:
        """The next lines; None when there are none now, or when there is no file yet."""
        while True:
            if not self._is_open():
                return None
            chunk = self._read_here()
            if chunk is not None or not self._open_next():
                return chunk

    def _is_open(self) -> bool:
        """Open at the place, or where reading has to go on when the place is no more."""
        if self._descriptor is not None and self.place is not None:
            if self._holds(self._descriptor, self.place):
                return True
            self.close()  # it was cut short: what we had not read is in a copy, if anywhere
        if self.place is None:
            return self._open_at_start(self.path)
        found = self._find(self.place)
        if found is None:
            return self._open_oldest()
        self._descriptor, inode = found
        self.place = Place(inode, self.place.offset, self.place.fingerprint)
        return True

    def _open_oldest(self) -> bool:
        """The place is lost: better to read again what is known than to leave anything out."""
        oldest = next((path for path, _ in sorted(self._family(), key=self._age)), None)
        return oldest is not None and self._open_at_start(oldest)

    def _open_at_start(self, path: Path) -> bool:
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        self._scanned = 0
        self.place = Place(os.fstat(self._descriptor).st_ino, 0, fingerprint(self._descriptor, 0))
        return True

    @staticmethod
    def _holds(descriptor: int, place: Place) -> bool:
        if os.fstat(descriptor).st_size < place.offset:
            return False
        return fingerprint(descriptor, place.offset) == place.fingerprint

    def _find(self, place: Place) -> tuple[int, int] | None:
        """The file of a place, by its inode or, when that was copied from, by what it begins with.

        A place at the very start has no fingerprint that could tell.
        """
        candidates = sorted(self._family(), key=lambda one: one[1].st_ino != place.inode)
        for path, status in candidates:
            if place.is_start and status.st_ino != place.inode:
                continue
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:  # rotated away at this moment; the caller comes again
                continue
            if self._holds(descriptor, place):
                return descriptor, os.fstat(descriptor).st_ino
            os.close(descriptor)
        return None

    def _family(self) -> Iterator[tuple[Path, os.stat_result]]:
        """The log and its siblings that can be read on."""
        for path in self.path.parent.glob(f"{self.path.name}*"):
            if path.suffix in COMPRESSED:
                continue
            if path != self.path and path.name[len(self.path.name)] not in ".-_":
                continue
            try:
                yield path, path.stat()
            except FileNotFoundError:
                continue

    def _open_next(self) -> bool:
        """Go on to the file that was begun after this one, when this one is finished.

        It is finished when the writer has gone on to another one, which has something in it by
        then: a last line without an end will never get one.
        """
        assert self._descriptor is not None  # noqa: S101  # we have just read from it
        assert self.place is not None  # noqa: S101
        later = self._later_than(os.fstat(self._descriptor))
        if later is None:
            return False
        rest = os.pread(self._descriptor, CHUNK_BYTES, self.place.offset + self._scanned)
        if b"\n" in rest:  # written between our reading and our looking for a later file
            return True
        self.close()
        return self._open_at_start(later)

    def _later_than(self, status: os.stat_result) -> Path | None:
        family = sorted(self._family(), key=self._age)
        inodes = [one.st_ino for _, one in family]
        here = inodes.index(status.st_ino) if status.st_ino in inodes else len(family) - 2
        after = family[max(here + 1, 0) :]
        return next((path for path, one in after if one.st_size), None)

    def _age(self, member: tuple[Path, os.stat_result]) -> tuple[bool, int, int, str]:
        """Sorts the log itself last, those before it by their last line, numbers backwards."""
        path, status = member
        number = path.suffix[1:]
        back = -int(number) if number.isdecimal() and len(number) < 8 else 0  # noqa: PLR2004  # not a date
        return path == self.path, status.st_mtime_ns, back, path.name

    def _read_here(self) -> Chunk | None:
        assert self._descriptor is not None  # noqa: S101
        assert self.place is not None  # noqa: S101
        begin = self.place.offset
        data = os.pread(self._descriptor, CHUNK_BYTES, begin + self._scanned)
        cut = data.rfind(b"\n") + 1
        if not cut:
            return self._unfinished(data)
        skipped = 0
        if self._scanned:  # the end of a line that is too long
            first = data.index(b"\n") + 1
            begin, data, cut, skipped = begin + self._scanned + first, data[first:], cut - first, 1
            self._scanned = 0
        lines, undecodable, too_long = _decoded(data[:cut])
        return Chunk(lines, self._place(begin + cut), undecodable, too_long + skipped)

    def _unfinished(self, data: bytes) -> Chunk | None:
        """No end of a line in sight: the writer is at it, or the line is absurdly long."""
        if self._scanned + len(data) > LONGEST_LINE:
            self._scanned += len(data)
            return Chunk([], self.place) if len(data) == CHUNK_BYTES and self.place else None
        return None

    def _place(self, offset: int) -> Place:
        assert self._descriptor is not None  # noqa: S101
        assert self.place is not None  # noqa: S101
        return Place(self.place.inode, offset, fingerprint(self._descriptor, offset))


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
