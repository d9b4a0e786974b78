"""What processes use: time of the processor and memory, from /proc."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, OWN_TICKS, CHILDREN_TICKS = 1, slice(11, 13), slice(13, 15)
"""Fields of /proc/PID/stat after the name (proc(5)), and the processes that ended before it."""
IDLE_SHARE = 0.05
"""Of one core: what is left to do when nobody asks."""
WINDOW_SECONDS, WINDOWS = 0.4, 2


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes and all their descendants."""

    roots: tuple[int, ...]

    def seconds(self) -> float:
        """Of the processor so far, also by descendants that have ended."""
        ticks = 0
        for _, fields in self._descendants():
            ticks += sum(int(field) for field in (*fields[OWN_TICKS], *fields[CHILDREN_TICKS]))
        return ticks / TICKS

    def resident_bytes(self) -> int:
        """Pages that two of them share count twice."""
        pages = 0
        for pid, _ in self._descendants():
            with contextlib.suppress(OSError):
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def settle(self, limit_seconds: float = 15.0) -> None:
        """Wait until what they were asked is done, also what they put off for half a second."""
        deadline, before, quiet = time.monotonic() + limit_seconds, self.seconds(), 0
        while quiet < WINDOWS and time.monotonic() < deadline:
            time.sleep(WINDOW_SECONDS)
            now = self.seconds()
            quiet = quiet + 1 if now - before < WINDOW_SECONDS * IDLE_SHARE else 0
            before = now

    def _descendants(self) -> list[tuple[int, list[str]]]:
        table = dict(_table())
        found = [pid for pid in self.roots if pid in table]
        for pid in found:  # grows while it is walked
            found += [child for child, fields in table.items() if int(fields[PARENT]) == pid]
        return [(pid, table[pid]) for pid in found]


def _table() -> Iterator[tuple[int, list[str]]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                text = (folder / "stat").read_text()
                yield int(folder.name), text.rpartition(")")[2].split()


@contextmanager
def peak_memory(processes: Processes, *, every_seconds: float = 0.02) -> Iterator[list[int]]:
    """The list ends with the largest number of bytes that they held at once in the block."""
    peak, stop = [processes.resident_bytes()], threading.Event()

    def watch() -> None:
        while not stop.wait(every_seconds):
            peak.append(max(peak[-1], processes.resident_bytes()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        stop.set()
        watcher.join()
