"""How long pages of the console take in a large province: at the server, and in a browser."""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support.console_browser import browser_sections
from benchmarks.support.console_bulk import bulk_section
from benchmarks.support.console_population import populate_console
from benchmarks.support.console_requests import Asking, server_section
from benchmarks.support.console_visitor import sign_in
from benchmarks.support.installation import Installation, installation
from benchmarks.support.report import Section, as_json, new_console
from console.session.client import keep_console_client

SERVER, BROWSER, BULK = "server", "browser", "bulk"
POPULATED = "populated"
"""A file in a kept folder that says that everybody is there, and how many."""


@dataclass(frozen=True, slots=True)
class Wanted:
    people: int
    asking: Asking
    looks: int
    """At each page in the browser."""
    only: Sequence[str]


SMOKE = Wanted(500, Asking(rounds=1, requests=2), looks=1, only=(SERVER, BROWSER, BULK))


def measure(wanted: Wanted, ours: Installation) -> Iterator[Section]:
    services = ours.services
    keep_console_client(services.database, services.sign_on.issuer, services.clock())
    visitor = sign_in(services)
    with ours.program("web"):
        if SERVER in wanted.only:
            yield server_section(ours, visitor, wanted.asking, people=wanted.people)
        if BROWSER in wanted.only:
            yield from browser_sections(ours, visitor, looks=wanted.looks)
    if BULK in wanted.only:
        yield bulk_section(ours)


@contextmanager
def province(wanted: Wanted, *, folder: str | None, keep: str | None) -> Iterator[Installation]:
    if keep is None:
        with tempfile.TemporaryDirectory(dir=folder) as made:
            Path(made).chmod(0o755)  # the servers run as users of their own
            with installation(Path(made), ("postgres",)) as ours:
                populate_console(ours.services, wanted.people)
                yield ours
        return
    place = Path(keep).absolute()
    place.mkdir(parents=True, exist_ok=True)
    with installation(place, ("postgres",), kept=True) as ours:
        populated = place / POPULATED
        if not populated.exists():
            populate_console(ours.services, wanted.people)
            populated.write_text(f"{wanted.people}\n")
        elif int(populated.read_text()) != wanted.people:
            raise SystemExit(f"{place} has {populated.read_text().strip()} people")
        yield ours


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="all pages in turn, so many times")
    parser.add_argument("--requests", type=int, default=100, help="for each page in each round")
    parser.add_argument("--looks", type=int, default=9, help="at each page in the browser")
    parser.add_argument("--only", choices=(SERVER, BROWSER, BULK), action="append")
    parser.add_argument("--pages", action="append", help="only those whose names contain this")
    parser.add_argument("--smoke", action="store_true", help="few of everything: does it run?")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    parser.add_argument("--keep", help="a folder for them that stays, and is used again")
    options = parser.parse_args(arguments)
    wanted = SMOKE
    if not options.smoke:
        wanted = Wanted(
            options.people,
            Asking(options.rounds, options.requests, options.pages or ()),
            options.looks,
            options.only or (SERVER, BROWSER, BULK),
        )
    with province(wanted, folder=options.folder, keep=options.keep) as ours:
        sections = []
        for section in measure(wanted, ours):
            sections.append(section)
            if not options.json:
                section.show(new_console())
    if options.json:
        print(as_json(sections))


if __name__ == "__main__":
    main()
