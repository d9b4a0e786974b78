"""A log and its rotated siblings, in the order in which they were written.

A place in it is the inode, the offset, and a fingerprint of what stands before the offset, 256
bytes at most: inodes are used again, a file cut short (`copytruncate`) keeps its own, and a
compressed one has another. Siblings are files beside it with a name that goes on, such as
`mail.log.1` or `mail.log-20261128.gz`.
"""

import bz2
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple, cast

import structlog

FINGERPRINT_BYTES = 256
COPIED_AT_ONCE = 1024 * 1024
LONGEST_NUMBER = 7
"""Digits; eight are a date."""
UNREADABLE = frozenset({".zst", ".lz4"})
DAMAGE = (EOFError, zlib.error, lzma.LZMAError)

log = structlog.get_logger("usage")


def _opener(module_open: Callable[..., object]) -> Callable[[Path], io.BufferedIOBase]:
    return lambda path: cast("io.BufferedIOBase", module_open(path, "rb"))


COMPRESSED = {".gz": _opener(gzip.open), ".xz": _opener(lzma.open), ".bz2": _opener(bz2.open)}


@dataclass(frozen=True, slots=True)
class Place:
    inode: int
    offset: int
    fingerprint: bytes

    @property
    def is_start(self) -> bool:
        return self.offset == 0


class Member(NamedTuple):
    path: Path
    status: os.stat_result

    @property
    def is_compressed(self) -> bool:
        return self.path.suffix in COMPRESSED


def fingerprint(descriptor: int, offset: int) -> bytes:
    return _digest(os.pread(descriptor, min(offset, FINGERPRINT_BYTES), 0))


def _digest(head: bytes) -> bytes:
    return blake2b(head, digest_size=16).digest()


def members_of(path: Path) -> list[Member]:
    """The log and its siblings that can be read, the oldest first and the log itself last.

    By their numbers where all have one, else by when their last line was written.
    """
    names = [one for one in path.parent.glob(f"{path.name}*") if _is_sibling(path, one)]
    members = []
    for one in names:
        if one.suffix in COMPRESSED and one.with_suffix("") in names:
            continue  # it is being compressed at this moment
        try:
            members.append(Member(one, one.stat()))
        except FileNotFoundError:  # renamed
            continue
    numbers = {one.path: _number(path, one.path) for one in members if one.path != path}
    numbered = None not in numbers.values()

    def age(member: Member) -> tuple[bool, int, int, str]:
        number = numbers.get(member.path) or 0
        newest = member.path == path
        modified = member.status.st_mtime_ns
        return newest, -number if numbered else 0, modified, member.path.name

    return sorted(members, key=age)


def _is_sibling(path: Path, other: Path) -> bool:
    if other == path:
        return True
    return other.name[len(path.name)] in ".-_" and other.suffix not in UNREADABLE


def _number(path: Path, sibling: Path) -> int | None:
    name = sibling.with_suffix("") if sibling.suffix in COMPRESSED else sibling
    text = name.name[len(path.name) + 1 :]
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


class Opened(NamedTuple):
    descriptor: int
    """Can be read anywhere; of a compressed log that of a copy without a name."""
    inode: int
    copied_ns: int | None = None
    """When the compressed file was written whose copy this is."""


def open_log(path: Path) -> Opened:
    """Of a damaged compressed log as much as can be had. Raises OSError."""
    if path.suffix not in COMPRESSED:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return Opened(descriptor, os.fstat(descriptor).st_ino)
    status = path.stat()
    with COMPRESSED[path.suffix](path) as source, TemporaryFile() as copy:
        try:
            while data := source.read1(COPIED_AT_ONCE):  # `read` gives nothing before a damage
                copy.write(data)
        except (*DAMAGE, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:  # no room, no right
                raise
            log.warning("usage-log-damaged", file=path.name)
        copy.flush()
        return Opened(os.dup(copy.fileno()), status.st_ino, status.st_mtime_ns)


def holds(descriptor: int, place: Place) -> bool:
    if os.fstat(descriptor).st_size < place.offset:
        return False
    return fingerprint(descriptor, place.offset) == place.fingerprint


def begins_like(path: Path, place: Place) -> bool:
    """Whether a compressed log begins with what stood before the place."""
    try:
        with COMPRESSED[path.suffix](path) as source:
            head = source.read(min(place.offset, FINGERPRINT_BYTES))
    except (*DAMAGE, OSError):
        return False
    return _digest(head) == place.fingerprint


def find(path: Path, place: Place) -> Opened | None:
    """The file of a place: by its inode or, when that is another, by what it begins with.

    A place at the very start has no fingerprint that could tell. Raises OSError.
    """
    for member in _likely(members_of(path), place):
        if member.is_compressed and not begins_like(member.path, place):
            continue
        try:
            opened = open_log(member.path)
        except FileNotFoundError:  # rotated away at this moment; the caller comes again
            continue
        if holds(opened.descriptor, place):
            return opened
        os.close(opened.descriptor)
    return None


def _likely(members: Sequence[Member], place: Place) -> list[Member]:
    """Those that the place may be in, the likeliest first, what is dear to look into last."""
    candidates = sorted(
        members, key=lambda one: (one.status.st_ino != place.inode, one.is_compressed)
    )
    return [one for one in candidates if not place.is_start or one.status.st_ino == place.inode]


def whose(members: Sequence[Member], place: Place) -> int | None:
    """Which of the members a place is in, without reading more of them than their beginnings."""
    for member in _likely(members, place):
        if member.is_compressed:
            if begins_like(member.path, place):
                return members.index(member)
            continue
        try:
            with member.path.open("rb") as log_file:
                is_here = holds(log_file.fileno(), place)
        except OSError:  # not ours to read: the inode has to do
            is_here = member.status.st_ino == place.inode
        if is_here:
            return members.index(member)
    return None


def finished(path: Path, place: Place | None) -> list[Path]:
    """The siblings that lie wholly before a place."""
    members = members_of(path)
    here = whose(members, place) if place is not None else None
    return [one.path for one in members[:here]] if here is not None else []
