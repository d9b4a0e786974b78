"""Use of mailboxes: from the mail servers' logs into the database, and out of it into reports."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.support.report import Section, as_json, new_console
from benchmarks.support.usage_ingest import measure_ingestion
from benchmarks.support.usage_stage import UsageStage, usage_stage

SECTIONS: dict[str, Callable[[UsageStage], Section]] = {"ingest": measure_ingestion}
SMOKE_EVENTS, SMOKE_MAILBOXES = 3_000, 100


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, action="append")
    parser.add_argument("--events", type=int, default=600_000)
    parser.add_argument("--mailboxes", type=int, default=20_000)
    parser.add_argument("--smoke", action="store_true", help="a little of everything, only to try")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.events, options.mailboxes = SMOKE_EVENTS, SMOKE_MAILBOXES
    sections = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)  # the servers run as users of their own
        for name in options.only or SECTIONS:
            with usage_stage(
                Path(folder), mailboxes=options.mailboxes, events=options.events
            ) as stage:
                sections.append(SECTIONS[name](stage))
    if options.json:
        print(as_json(sections))
    else:
        console = new_console()
        for section in sections:
            section.show(console)


if __name__ == "__main__":
    main()
