"""The whole job, spreadsheet to live directory, against ldapadd loading the same finished entries.

Both write to a fresh slapd with the product's own configuration and its default flush to disk.
Organisations and organisation accounts are in the registry before; their entries and all groups
are written to the directory by both sides and counted on both.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.support.importing import (
    found_province,
    import_file,
    reading_seconds,
    write_directory,
)
from benchmarks.support.installation import Installation, installation
from benchmarks.support.people import write_people
from entrypoints.wiring import Services
from identity.directory.export import desired_entries
from identity.directory.ldif import ldif_lines
from kernel.clock import office_day

JOB_LIMIT, DIRECTORY_TARGET = 1.0, 3.0
SMOKE_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Measurement:
    """Seconds, for so many people and so many directory entries."""

    people: int
    entries: int
    reading: float
    """Of planning; measured by itself."""
    planning: float
    applying: float
    directory: float
    ldapadd: float

    @property
    def job(self) -> float:
        return self.planning + self.applying + self.directory

    @property
    def job_ratio(self) -> float:
        return self.job / self.ldapadd

    @property
    def directory_ratio(self) -> float:
        return self.ldapadd / self.directory

    def as_json(self) -> dict[str, float]:
        ratios = {"job_ratio": self.job_ratio, "directory_ratio": self.directory_ratio}
        return {**asdict(self), "job": self.job, **ratios}


def measure(people: int, folder: Path) -> Measurement:
    sheet, finished = folder / "people.xlsx", folder / "finished.ldif"
    write_people(sheet, people)
    with installation(folder) as ours:
        services = ours.services
        found_province(services)
        times = import_file(services, sheet)
        assert times.accepted == people, "the list is without faults"
        run, directory = write_directory(services)
        assert not run.refused, run.refused
        reading = reading_seconds(services, sheet)
        entries = _export(services, finished)
        assert run.written == entries, f"{run.written} writes for {entries} entries"
    with installation(folder, ("ldap",)) as theirs:
        ldapadd = by_ldapadd(theirs, finished)
    return Measurement(people, entries, reading, times.planning, times.applying, directory, ldapadd)


def _export(services: Services, file: Path) -> int:
    """Number of entries."""
    today = office_day(services.clock())
    entries = list(desired_entries(services.database, today, services.base_dn))
    file.write_bytes(b"".join(ldif_lines(entries)))
    return len(entries)


def by_ldapadd(place: Installation, file: Path) -> float:
    """Seconds, over the same transport as the product uses."""
    settings = place.settings.directory
    password = place.home.path / "password"
    password.write_text(settings.bind_password.get_secret_value())
    command = ["ldapadd", "-x", "-H", settings.uri, "-D", settings.identity]
    command += ["-y", str(password), "-f", str(file)]
    environment = {"LDAPTLS_CACERT": str(settings.authority), "PATH": "/usr/bin:/bin"}
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def show(measured: Measurement, console: Console) -> None:
    table = Table(title=f"{measured.people:,} people, {measured.entries:,} directory entries")
    table.add_column("phase")
    table.add_column("seconds", justify="right")
    table.add_column("entries/s", justify="right")
    for name in ("reading", "planning", "applying", "directory", "job", "ldapadd"):
        seconds = getattr(measured, name)
        table.add_row(LABELS[name], f"{seconds:.2f}", f"{measured.entries / seconds:,.0f}")
    console.print(table)
    console.print(
        f"whole job ÷ ldapadd: {measured.job_ratio:.2f} (limit: below {JOB_LIMIT})\n"
        f"directory ÷ ldapadd, entries/s: {measured.directory_ratio:.2f}"
        f" (target: at least {DIRECTORY_TARGET})"
    )


LABELS = {
    "reading": "  of planning: read and parse",
    "planning": "plan, from the file to the stored plan",
    "applying": "apply to the registry",
    "directory": "write the directory",
    "job": "whole job",
    "ldapadd": "ldapadd",
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=7000)
    parser.add_argument("--smoke", action="store_true", help=f"{SMOKE_PEOPLE} people, only to try")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    people = SMOKE_PEOPLE if options.smoke else options.people
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)  # the servers run as users of their own
        measured = measure(people, Path(folder))
    if options.json:
        print(json.dumps(measured.as_json()))
    else:
        show(measured, Console())


if __name__ == "__main__":
    main()
