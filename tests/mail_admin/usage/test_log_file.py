"""A log is read once from end to end, however it is rotated and however often we start anew."""

import bz2
import gzip
import lzma
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from mail_admin.usage.log_family import Place
from mail_admin.usage.log_file import LONGEST_LINE, LogFile

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
}


@dataclass
class Stage:
    """A program that writes lines with running numbers, and a reader that may be started anew."""

    path: Path
    place: Place | None = None
    written: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    _half: str = ""

    def __post_init__(self) -> None:
        self.writer = self.path.open("ab", buffering=0)
        self.reader = LogFile(self.path, settled_seconds=0)

    def write(self, count: int = 1) -> None:
        for _ in range(count):
            line = f"line {len(self.written)} " + "x" * (len(self.written) % 90)
            self.writer.write((line[len(self._half) :] + "\n").encode())
            self._half = ""
            self.written.append(line)

    def write_half(self) -> None:
        if not self._half:
            self._half = f"line {len(self.written)} "
            self.writer.write(self._half.encode())

    def rename(self) -> None:
        """As logrotate does with `create`: the writer goes on in the old file till it reopens."""
        for number in range(8, 0, -1):
            old = Path(f"{self.path}.{number}")
            if old.exists():
                old.rename(f"{self.path}.{number + 1}")
            old = Path(f"{self.path}.{number}.gz")
            if old.exists():
                old.rename(f"{self.path}.{number + 1}.gz")
        self.path.rename(f"{self.path}.1")
        self.path.touch()

    def reopen(self) -> None:
        if self._half:
            self.write()
        self.writer.close()
        self.writer = self.path.open("ab", buffering=0)

    def copy_and_truncate(self) -> None:
        if self._half:
            self.write()
        for number in range(8, 0, -1):
            old = Path(f"{self.path}.{number}")
            if old.exists():
                old.rename(f"{self.path}.{number + 1}")
        shutil.copy2(self.path, f"{self.path}.1")
        os.truncate(self.path, 0)

    def compress(self, number: int = 1, suffix: str = ".gz", *, dated: bool = True) -> None:
        """As logrotate does, which gives the new file the times of the old one, or as others do."""
        old = Path(f"{self.path}.{number}")
        if not old.exists():
            return
        new = Path(f"{old}{suffix}")
        new.write_bytes(COMPRESS[suffix](old.read_bytes()))
        if dated:
            shutil.copystat(old, new)
        old.unlink()

    def compress_second(self) -> None:
        self.compress(2)

    def compress_undated(self) -> None:
        self.compress(dated=False)

    def read(self) -> None:
        while chunk := self.reader.read():
            self.seen += chunk.lines
            self.reader.advance(chunk)
            self.place = chunk.after

    def restart(self) -> None:
        self.reader.close()
        self.reader = LogFile(self.path, settled_seconds=0)
        self.reader.resume(self.place)

    def close(self) -> None:
        self.writer.close()
        self.reader.close()


STEPS: dict[str, Callable[[Stage], None]] = {
    "write": Stage.write,
    "write more": lambda stage: stage.write(7),
    "half": Stage.write_half,
    "rename": Stage.rename,
    "reopen": Stage.reopen,
    "read": Stage.read,
    "restart": Stage.restart,
}


@settings(max_examples=300)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=30))
def test_every_line_is_read_once_in_order_through_renames_and_restarts(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        stage = Stage(Path(folder, "mail.log"))
        stage.write()
        stage.read()  # a first start reads the present file only
        for step in steps:
            if step == "rename" and stage.writer.closed:
                continue
            if step == "rename":
                stage.reopen()  # one rotation is finished before the next
            STEPS[step](stage)
        stage.reopen()
        stage.write()
        stage.restart()
        stage.read()
        stage.close()
        assert stage.seen == stage.written


@settings(max_examples=150)
@given(st.lists(st.sampled_from(["write", "write more", "copy", "read", "restart"]), max_size=20))
def test_no_line_is_lost_when_the_log_is_copied_and_cut_short(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        stage = Stage(Path(folder, "mail.log"))
        stage.write(3)
        stage.read()
        for step in steps:
            if step == "copy":
                stage.write()  # copies that begin alike could not be told apart
                stage.copy_and_truncate()
            else:
                STEPS[step](stage)
        stage.write()
        stage.read()
        stage.close()
        assert set(stage.seen) == set(stage.written)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "mail.log")


def test_a_line_counts_when_it_is_whole(stage: Stage) -> None:
    stage.write()
    stage.write_half()
    stage.read()
    assert stage.seen == stage.written
    stage.write()
    stage.read()
    assert stage.seen == stage.written
    stage.close()


def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    reader = LogFile(tmp_path / "mail.log", settled_seconds=0)
    reader.resume(None)
    assert reader.read() is None
    (tmp_path / "mail.log").write_text("first\n")
    chunk = reader.read()
    assert chunk is not None
    assert chunk.lines == ["first"]
    reader.close()


def test_what_a_dead_writer_left_half_written_keeps_nobody_from_the_next_file(stage: Stage) -> None:
    stage.write()
    stage.writer.write(b"half a li")
    stage.read()
    stage.rename()
    stage.reopen()
    stage.write(2)
    stage.read()
    assert stage.seen == stage.written
    stage.close()


def test_several_rotations_while_we_were_down_are_read_oldest_first(stage: Stage) -> None:
    stage.write(3)
    stage.read()
    for _ in range(4):
        stage.write(5)
        stage.rename()
        stage.reopen()
        stage.write(2)
    stage.restart()
    stage.read()
    assert stage.seen == stage.written
    stage.close()


COMPRESSING = {
    **STEPS,
    "compress": Stage.compress,
    "compress second": Stage.compress_second,
    "compress undated": Stage.compress_undated,
}


@settings(max_examples=300)
@given(st.lists(st.sampled_from(sorted(COMPRESSING)), max_size=30))
def test_no_line_is_lost_when_what_was_rotated_is_compressed_at_any_moment(
    steps: list[str],
) -> None:
    with TemporaryDirectory() as folder:
        stage = Stage(Path(folder, "mail.log"))
        stage.write()
        stage.read()
        for step in steps:
            if step == "rename" or step.startswith("compress"):
                stage.reopen()  # what is compressed has no writer any more
            COMPRESSING[step](stage)
        stage.reopen()
        stage.write()
        stage.restart()
        stage.read()
        stage.close()
        assert set(stage.seen) == set(stage.written)


@pytest.mark.parametrize("suffix", sorted(COMPRESS))
def test_what_was_compressed_before_it_was_read_is_read_on_from_its_place(
    stage: Stage, suffix: str
) -> None:
    stage.write(3)
    stage.read()
    for _ in range(3):
        stage.write(40)
        stage.rename()
        stage.reopen()
    stage.write(5)
    for number in (3, 2, 1):
        stage.compress(number, suffix, dated=False)
        stage.restart()
    stage.read()
    assert stage.seen == stage.written
    stage.close()


def test_a_file_is_compressed_under_the_hands_of_its_reader(stage: Stage) -> None:
    stage.write(3)
    stage.read()
    stage.write(2)
    stage.rename()
    stage.reopen()
    stage.compress()
    stage.read()
    assert stage.seen == stage.written
    stage.write(2)
    stage.read()
    stage.restart()
    stage.read()
    assert stage.seen == stage.written
    stage.close()


def test_while_a_file_is_being_compressed_the_half_of_it_is_left_alone(stage: Stage) -> None:
    stage.write(9)
    stage.rename()
    stage.reopen()
    stage.write(2)
    rotated = Path(f"{stage.path}.1")
    stage.reader.resume(Place(0, 1, b""))  # a place that is lost: everything is read
    Path(f"{rotated}.gz").write_bytes(gzip.compress(rotated.read_bytes())[:40])
    stage.read()
    assert stage.seen == stage.written
    stage.close()


def test_of_a_damaged_file_is_read_what_can_be_and_then_the_next_one(stage: Stage) -> None:
    stage.write(200)
    stage.rename()
    stage.reopen()
    stage.compress()
    stage.write(5)
    damaged = Path(f"{stage.path}.1.gz")
    damaged.write_bytes(damaged.read_bytes()[:-200])
    Path(f"{stage.path}.2.bz2").write_bytes(b"nothing of the kind")
    Path(f"{stage.path}.3.zst").write_bytes(b"not for us")
    stage.reader.resume(Place(0, 1, b""))
    stage.read()
    first, last = stage.seen[:-5], stage.seen[-5:]
    assert first
    assert first == stage.written[: len(first)]
    assert last == stage.written[-5:]
    stage.close()


def test_a_log_that_others_may_still_write_to_is_not_left_for_the_newer_one(stage: Stage) -> None:
    """Of several who write, one has begun the new file and another has not heard of it yet."""
    stage.reader = LogFile(stage.path, settled_seconds=3600)
    stage.write(3)
    stage.read()
    stage.rename()
    with stage.path.open("a") as newer:
        newer.write("line of the newer one\n")
    stage.read()
    assert stage.seen == stage.written
    stage.write(2)  # into the former file
    stage.read()
    assert stage.seen == stage.written
    long_ago = time.time() - 7200
    os.utime(f"{stage.path}.1", (long_ago, long_ago))
    stage.read()
    assert stage.seen == [*stage.written, "line of the newer one"]
    stage.close()


def test_a_file_that_only_has_the_same_inode_is_read_from_its_beginning(stage: Stage) -> None:
    stage.write(5)
    stage.read()
    os.truncate(stage.path, 0)
    stage.writer.write(b"quite another beginning, and longer than what was there before\n" * 20)
    stage.read()
    assert len(stage.seen) == 5 + 20
    stage.close()


def test_lines_in_a_wrong_encoding_and_absurdly_long_ones_are_counted_and_skipped(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mail.log"
    path.write_bytes(
        b"good\nb\xe3d\n"
        + b"l" * (LONGEST_LINE + 1)
        + b"\nalso good\n"
        + b"z" * 7_000_000
        + b"\nthe last\n"
    )
    reader = LogFile(path, settled_seconds=0)
    reader.resume(None)
    lines: list[str] = []
    undecodable = too_long = 0
    while chunk := reader.read():
        lines += chunk.lines
        undecodable += chunk.undecodable
        too_long += chunk.too_long
        reader.advance(chunk)
    reader.close()
    assert lines == ["good", "also good", "the last"]
    assert (undecodable, too_long) == (1, 2)
