"""The whole job, spreadsheet to live directory, against ldapadd loading the same finished entries.

Both write to a fresh slapd with the product's own configuration and its default flush to disk.
Organisations and organisation accounts are in the registry before; their entries and all groups
are written to the directory by both sides and counted on both.
"""

import argparse
import json
import tempfile
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
from benchmarks.support.installation import installation
from benchmarks.support.ldapadd import by_ldapadd
from benchmarks.support.people import write_people
from entrypoints.wiring import Services
from identity.directory.entries import Entry
from identity.directory.export import desired_entries
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
    directory_groups: float
    """Of directory: the groups, whose members get their memberOf in the same write."""
    ldapadd: float
    ldapadd_groups: float

    @property
    def job(self) -> float:
        return self.planning + self.applying + self.directory

    @property
    def ratios(self) -> dict[str, float]:
        """Of seconds, and of entries per second for the directory part."""
        plain = self.directory - self.directory_groups
        reference = self.ldapadd - self.ldapadd_groups
        return {
            "job_ratio": self.job / self.ldapadd,
            "job_ratio_without_groups": (self.job - self.directory_groups) / reference,
            "directory_ratio": self.ldapadd / self.directory,
            "directory_ratio_without_groups": reference / plain,
        }


def measure(people: int, folder: Path) -> Measurement:
    sheet = folder / "people.xlsx"
    write_people(sheet, people)
    with installation(folder) as ours:
        services = ours.services
        found_province(services)
        times = import_file(services, sheet)
        assert times.accepted == people, "the list is without faults"
        directory = write_directory(services)
        reading = reading_seconds(services, sheet)
        groups, others = _finished_entries(services)
    assert directory.entries == len(groups) + len(others), "each entry was written once"
    with installation(folder, ("ldap",)) as theirs:
        ldapadd_others, ldapadd_groups = (by_ldapadd(theirs, part) for part in (others, groups))
    return Measurement(
        people=people,
        entries=directory.entries,
        reading=reading,
        planning=times.planning,
        applying=times.applying,
        directory=directory.seconds,
        directory_groups=directory.seconds_of_groups,
        ldapadd=ldapadd_others + ldapadd_groups,
        ldapadd_groups=ldapadd_groups,
    )


def _finished_entries(services: Services) -> tuple[list[Entry], list[Entry]]:
    """Groups, and all others."""
    parts: tuple[list[Entry], list[Entry]] = ([], [])
    for entry in desired_entries(services.database, office_day(services.clock()), services.base_dn):
        parts[b"congvuGroup" not in entry.object_classes].append(entry)
    return parts


def show(measured: Measurement, console: Console) -> None:
    table = Table(title=f"{measured.people:,} people, {measured.entries:,} directory entries")
    table.add_column("phase")
    table.add_column("seconds", justify="right")
    table.add_column("entries/s", justify="right")
    for name, label in LABELS.items():
        seconds = getattr(measured, name)
        table.add_row(label, f"{seconds:.2f}", f"{measured.entries / seconds:,.0f}")
    console.print(table)
    ratios = measured.ratios
    console.print(
        f"whole job ÷ ldapadd: {ratios['job_ratio']:.2f},"
        f" without groups {ratios['job_ratio_without_groups']:.2f} (limit: below {JOB_LIMIT})\n"
        f"directory ÷ ldapadd in entries/s: {ratios['directory_ratio']:.2f},"
        f" without groups {ratios['directory_ratio_without_groups']:.2f}"
        f" (target: at least {DIRECTORY_TARGET})"
    )


LABELS = {
    "planning": "plan, from the file to the stored plan",
    "reading": "  of it: read and parse",
    "applying": "apply to the registry",
    "directory": "write the directory",
    "directory_groups": "  of it: groups",
    "job": "whole job",
    "ldapadd": "ldapadd",
    "ldapadd_groups": "  of it: groups",
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
        print(json.dumps({**asdict(measured), "job": measured.job, **measured.ratios}))
    else:
        show(measured, Console())


if __name__ == "__main__":
    main()
