"""The use of mailboxes: what other systems counted is taken in here."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from entrypoints.cli.session import (
    Session,
    answer,
    as_json,
    basis_of,
    folding_table,
    with_basis,
)
from mail_admin.usage.csv_file import LONGEST_ROW_BYTES, REASONS
from mail_admin.usage.errors import UsageRowsRefused
from mail_admin.usage.importing import Outcome, UsageImporter

SHOWN_FAULTS = 50


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Name of the system that counted, such as zimbra.")
@click.option("--dry-run", is_flag=True, help="Check and compare only.")
@as_json
@partial(with_basis, reason="daily counts of another system")
@click.pass_obj
def import_counts(
    session: Session, /, file: Path, source: str, *, dry_run: bool, as_json: bool, **options: Any
) -> None:
    """Take in daily counts from FILE, a CSV: docs/reference/usage-import.md.

    What the source told before of the days in the file is replaced; a repeated file changes
    nothing. With a wrong row nothing is written and the exit code is 1.
    """
    services = session.services
    importer = UsageImporter(services.database, services.settings.usage, services.clock)
    basis = basis_of(options)
    with session.console.status("reading …"):
        outcome = importer.run(session.actor, _lines(file), source, basis, dry_run=dry_run)
    if as_json:
        answer(_as_json(outcome))
    else:
        _show(session, outcome)
    if outcome.faults:
        raise UsageRowsRefused(len(outcome.faults))


def _lines(file: Path) -> Iterator[bytes]:
    """Without ever holding a line that is far too long."""
    with file.open("rb") as source:
        while line := source.readline(LONGEST_ROW_BYTES + 2):
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = source.readline(LONGEST_ROW_BYTES)
            yield line


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "rows": outcome.rows,
        "days": outcome.days,
        "changed": outcome.changed,
        "withdrawn": outcome.withdrawn,
        "written": outcome.is_written,
        "totals": outcome.totals,
        "faults": [fault._asdict() for fault in outcome.faults],
    }


def _show(session: Session, outcome: Outcome) -> None:
    if outcome.faults:
        table = folding_table("line", "column", "lý do", "reason")
        for fault in outcome.faults[:SHOWN_FAULTS]:
            table.add_row(str(fault.line), fault.column, *REASONS[fault.reason])
        session.console.print(table)
        if len(outcome.faults) > SHOWN_FAULTS:
            click.echo(f"… {len(outcome.faults) - SHOWN_FAULTS} more; --json shows all")
        return
    counts = "  ".join(f"{name} {count:,}" for name, count in outcome.totals.items() if count)
    click.echo(f"{outcome.rows:,} rows of {outcome.days} days: {counts}")
    done = "written" if outcome.is_written else "would be written"
    click.echo(f"{outcome.changed:,} changes {done}, {outcome.withdrawn:,} of them withdrawals")
