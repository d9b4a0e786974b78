"""Tokens and sign-ins per second, against oidc-provider and django-oauth-toolkit in one run.

Both sides have both cores, which they share with the load generator, and take turns; a figure is
the median of the rounds. Ours stores what it says it stores, with its audit trail: after each
load the run waits until nothing is left to do, and counts that work too.
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.support import sign_in_sections, token_sections
from benchmarks.support.comparison import Rounds
from benchmarks.support.report import Section, as_json, new_console
from benchmarks.support.stage import Stage

SECTIONS: Mapping[str, Callable[[Stage], Section]] = {
    "generator": token_sections.generator,
    "client-credentials": token_sections.client_credentials,
    "refresh": token_sections.refresh,
    "stored": token_sections.stored,
    "documents": token_sections.documents,
    "introspection": token_sections.introspection,
    "sign-in": sign_in_sections.sign_in,
    "storm": sign_in_sections.storm,
}


def measure(names: Sequence[str], stage: Stage, show: Callable[[Section], None]) -> None:
    with stage:
        for name in names:
            show(SECTIONS[name](stage))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, action="append", help="may be repeated")
    parser.add_argument("--seconds", type=float, default=10, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--warm", type=float, default=3, help="seconds before the first round")
    parser.add_argument("--people", type=int, default=1000, help="who sign in")
    parser.add_argument("--processes", type=int, default=2, help="of the web")
    parser.add_argument("--without-peers", action="store_true", help="ours alone, to try")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    console, sections = new_console(), list[Section]()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)  # the servers run as users of their own
        stage = Stage(
            Path(folder),
            rounds=Rounds(options.rounds, options.seconds, options.warm),
            people=options.people,
            processes=options.processes,
            with_peers=not options.without_peers,
        )
        show = sections.append if options.json else lambda section: section.show(console)
        measure(options.only or list(SECTIONS), stage, show)
    if options.json:
        print(as_json(sections))


if __name__ == "__main__":
    main()
