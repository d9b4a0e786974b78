"""A log is read once from end to end, however it is rotated and however often we start anew."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from mail_admin.usage.log_file import LONGEST_LINE, LogFile, Place


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
        self.reader = LogFile(self.path)

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

    def read(self) -> None:
        while chunk := self.reader.read():
            self.seen += chunk.lines
            self.reader.advance(chunk)
            self.place = chunk.after

    def restart(self) -> None:
        self.reader.close()
        self.reader = LogFile(self.path)
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
    reader = LogFile(tmp_path / "mail.log")
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


def test_what_was_compressed_before_it_was_read_is_lost_and_the_rest_is_not(stage: Stage) -> None:
    stage.write(3)
    stage.read()
    lost = len(stage.written)
    stage.write(5)
    stage.rename()
    stage.reopen()
    kept = len(stage.written)
    stage.write(5)
    stage.rename()
    stage.reopen()
    stage.write(5)
    Path(f"{stage.path}.2").rename(f"{stage.path}.2.gz")
    stage.restart()
    stage.read()
    assert stage.seen == stage.written[:lost] + stage.written[kept:]
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
    reader = LogFile(path)
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
