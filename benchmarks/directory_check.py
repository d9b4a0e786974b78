"""`congvu directory check` of a large province, and the memory of the worker that wrote it."""

import argparse
import json
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import text

from benchmarks.support.importing import found_province, import_file
from benchmarks.support.installation import installation
from benchmarks.support.people import write_people
from entrypoints.home import Home
from entrypoints.settings import load_settings
from entrypoints.wiring import Services
from identity.directory.comparison import compare

SECONDS_LIMIT, WORKER_LIMIT = 30, 200
MEBIBYTE = 1024**2
PENDING = text("""
    SELECT count(*) FROM (
        SELECT FROM identity_organisation WHERE revision <> projected_revision
        UNION ALL SELECT FROM identity_account WHERE revision <> projected_revision
        UNION ALL SELECT FROM identity_group WHERE revision <> projected_revision
    ) AS pending
""")


@dataclass(frozen=True, slots=True)
class Measurement:
    """Memory is resident, in MiB."""

    people: int
    compared: int
    worker_seconds: float
    """To write everything."""
    worker_memory_early: float
    """When a tenth was written."""
    worker_memory: float
    """The most there ever was."""
    check_seconds: float
    check_memory: float
    """Of a process that does nothing else."""


def measure(people: int, folder: Path) -> Measurement:
    sheet = folder / "people.xlsx"
    write_people(sheet, people)
    with installation(folder) as place:
        found_province(place.services)
        import_file(place.services, sheet)
        started = time.perf_counter()
        with place.program("worker") as worker, watched_memory(worker) as samples:
            wait_until_written(place.services)
        worker_seconds = time.perf_counter() - started
        with get_context("spawn").Pool(1) as pool:  # a fork would begin with our own memory
            compared, check_seconds, check_memory = pool.apply(check, (place.home,))
    return Measurement(
        people=people,
        compared=compared,
        worker_seconds=worker_seconds,
        worker_memory_early=samples[len(samples) // 10],
        worker_memory=max(samples),
        check_seconds=check_seconds,
        check_memory=check_memory,
    )


def wait_until_written(services: Services) -> None:
    while True:
        with services.database.transaction() as session:
            if not session.scalar(PENDING):
                return
        time.sleep(0.2)


@contextmanager
def watched_memory(process: subprocess.Popen[bytes]) -> Iterator[list[float]]:
    """Resident MiB of the process, ten times a second."""
    samples: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        status = Path(f"/proc/{process.pid}/statm")
        while not ended.wait(0.1):
            samples.append(int(status.read_text().split()[1]) * resource.getpagesize() / MEBIBYTE)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield samples
    finally:
        ended.set()
        watcher.join()


def check(home: Home) -> tuple[int, float, float]:
    """Entries compared, seconds, and the most memory in MiB."""
    services = Services(load_settings(home))
    started = time.perf_counter()
    with services.directory() as directory:
        found = compare(services.database, directory, services.base_dn, services.clock)
    seconds = time.perf_counter() - started
    assert not found.drifts, found.drifts[:5]
    return found.compared, seconds, most_memory()


def most_memory() -> float:
    """Of this process, in MiB. getrusage would count the parent's at the moment of the fork."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)  # the servers run as users of their own
        measured = measure(options.people, Path(folder))
    if options.json:
        print(json.dumps(asdict(measured)))
        return
    print(
        f"worker wrote {measured.compared:,} entries in {measured.worker_seconds:.1f} s; memory"
        f" {measured.worker_memory_early:.0f} MiB early, {measured.worker_memory:.0f} MiB at most"
        f" (limit {WORKER_LIMIT})\n"
        f"check took {measured.check_seconds:.1f} s (limit {SECONDS_LIMIT}) and"
        f" {measured.check_memory:.0f} MiB"
    )


if __name__ == "__main__":
    main()
