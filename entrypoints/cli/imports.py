"""`congvu import`: a spreadsheet becomes a plan, the plan becomes the registry."""

import time
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from entrypoints.cli.session import DAY, Session, answer, as_json, folding_table
from identity.directory.brake import list_open_stops
from identity.directory.pending import count_pending
from identity.hr_import import queries, service
from identity.hr_import.models import ImportPlan, ImportRow, Verdict
from identity.hr_import.plan_sheet import parse_answer_key
from kernel.clock import office_day

SHOWN_CHANGES, SHOWN_REFUSED = 10, 40
PATIENCE_SECONDS = 20.0
"""How long the directory may make no progress before the command stops watching it."""


def parse_matches(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, UUID | None]:
    """`12=new` or `12=<id of the person>`; `12:Sheet=…` where several sheets have that row."""
    matches: dict[str, UUID | None] = {}
    for value in values:
        row, _, who = value.rpartition("=")
        try:
            matches[parse_answer_key(row)] = None if who == "new" else UUID(who)
        except ValueError as error:
            raise click.BadParameter(
                f"{value!r} is not ROW=PERSON or ROW=new (ROW may be ROW:SHEET)"
            ) from error
    return matches


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Make and show the plan, write nothing.")
@click.option("--yes", is_flag=True, help="Apply the plan without asking.")
@click.option("--document", help="Number of the document that the file comes with.")
@click.option("--document-date", type=DAY, help="Date of that document.")
@click.option("--as-of", type=DAY, help="Day on which it takes effect; today if absent.")
@click.option(
    "--match",
    "matches",
    multiple=True,
    callback=parse_matches,
    metavar="ROW=PERSON|new",
    help="Answer to a proposed match; repeat for several.",
)
@click.option("--rejected", type=click.Path(path_type=Path), help="Write refused rows here.")
@click.option("--confirm-mass-change", is_flag=True, help="Yes, it takes away that many accounts.")
@click.option("--wait/--no-wait", default=True, help="Watch until the directory shows it.")
@as_json
@click.pass_obj
def import_file(
    session: Session, /, file: Path, *, dry_run: bool, yes: bool, as_json: bool, **options: Any
) -> None:
    """Plan and apply FILE: people, a request form, organisations or organisation accounts.

    What the sheet is, is recognised by its header. Nothing is written before the plan is
    confirmed; then all of it is, or nothing.
    """
    plan = make_plan(session, file, options)
    with session.services.database.transaction() as database:
        rows = queries.list_rows(database, plan.id)
    if options["rejected"]:
        _write_rejected(session, plan, options["rejected"])
    if not as_json:
        _show(session, plan, rows)
    applied = not dry_run and _is_wanted(plan, yes=yes, as_json=as_json)
    if applied:
        started = time.perf_counter()
        service.apply_plan(
            session.services.database,
            session.services.importer,
            session.actor,
            plan.id,
            now=session.services.clock(),
            mass_change_confirmed=options["confirm_mass_change"],
        )
        if not as_json:
            session.console.print(f"[green]applied[/] in {time.perf_counter() - started:.1f} s")
        if options["wait"]:
            watch_directory(session, quiet=as_json)
    if as_json:
        answer(plan_as_json(plan, rows, applied=applied))


def make_plan(session: Session, file: Path, options: dict[str, Any]) -> ImportPlan:
    """Raises DomainError for a file that is refused as a whole."""
    services = session.services
    now = services.clock()
    limits = services.settings.imports
    content = _read(file, limits.max_file_bytes)
    with session.console.status("planning …"), services.database.transaction() as database:
        plan = service.receive_file(
            database,
            services.importer,
            session.actor,
            content,
            file.name,
            options=service.ImportOptions(
                as_of=_day(options["as_of"]) or office_day(now),
                document_number=options["document"],
                document_date=_day(options["document_date"]),
                confirmed=options["matches"],
            ),
            now=now,
        )
    with session.console.status("planning …"):
        return service.make_plan(
            services.database, services.importer, session.actor, plan.id, now=now
        )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _read(file: Path, most: int) -> bytes:
    """At most one byte more than is accepted, so that a huge file costs nothing."""
    with file.open("rb") as source:
        return source.read(most + 1)


def _is_wanted(plan: ImportPlan, *, yes: bool, as_json: bool) -> bool:
    if yes:
        return True
    return not as_json and click.confirm(f"Apply? Áp dụng? ({plan.totals['rows']} rows)")


def plan_as_json(plan: ImportPlan, rows: list[ImportRow], *, applied: bool) -> dict[str, Any]:
    return {
        "plan": plan.id,
        "kind": plan.kind,
        "applied": applied,
        "totals": plan.totals,
        "rows": [
            {
                "row": row.row,
                "sheet": row.sheet,
                "verdict": row.verdict.value,
                "reason": row.reason,
                "column": row.column,
                "message": row.message,
                "refusals": [asdict(refusal) for refusal in row.refusals],
                "notes": row.notes,
                "changes": row.changes,
            }
            for row in rows
        ],
    }


def _show(session: Session, plan: ImportPlan, rows: list[ImportRow]) -> None:
    totals = "  ".join(f"{name} {count}" for name, count in plan.totals.items() if count)
    session.console.print(f"[bold]{plan.file_name}[/] ({plan.kind}): {totals}")
    _show_changes(session, [row for row in rows if row.changes])
    _show_refused(session, [row for row in rows if row.verdict is Verdict.REFUSE])


def _show_changes(session: Session, rows: list[ImportRow]) -> None:
    if not rows:
        return
    table = folding_table("row", "field", "before", "after")
    for row in rows[:SHOWN_CHANGES]:
        for change in row.changes:
            before, after = change["before"] or "", change["after"] or ""
            table.add_row(str(row.row), change["field"], before, after)
    session.console.print(table)
    _more(session, rows, SHOWN_CHANGES, "--json shows all")


def _show_refused(session: Session, rows: list[ImportRow]) -> None:
    if not rows:
        return
    table = folding_table("row", "column", "reason", "lý do", "in English")
    for row in rows[:SHOWN_REFUSED]:
        for refusal in row.refusals:
            message = refusal.message or {"vi": "", "en": ""}
            texts = (refusal.column, refusal.reason, message["vi"], message["en"])
            table.add_row(str(row.row), *texts)
    session.console.print(table)
    _more(session, rows, SHOWN_REFUSED, "--rejected FILE writes all")


def _more(session: Session, rows: list[ImportRow], shown: int, hint: str) -> None:
    if len(rows) > shown:
        session.console.print(f"… {len(rows) - shown} more; {hint}")


def _write_rejected(session: Session, plan: ImportPlan, target: Path) -> None:
    services = session.services
    if not plan.totals.get(Verdict.REFUSE.value):
        return
    content = service.rejected_rows(services.database, services.importer, plan.id, services.clock())
    target.touch(mode=0o600)  # it holds citizen numbers
    target.write_bytes(content)


def watch_directory(session: Session, *, quiet: bool) -> None:
    """Follow the reconciler with a progress bar; it works on whether or not anybody watches."""
    columns = (SpinnerColumn(), TextColumn("directory"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=session.console, disable=quiet, transient=True) as progress:
        total = pending = _pending(session)
        task = progress.add_task("directory", total=total)
        moved = time.monotonic()
        while pending and time.monotonic() - moved < PATIENCE_SECONDS:
            time.sleep(0.2)
            before, pending = pending, _pending(session)
            moved = moved if pending >= before else time.monotonic()
            progress.update(task, completed=total - pending)
    if pending and not quiet:
        _explain_waiting(session, pending)


def _explain_waiting(session: Session, pending: int) -> None:
    with session.services.database.transaction() as database:
        stops = list_open_stops(database)
    for stop in stops:
        click.secho(
            "the mass-change brake holds accounts back; if that is right: "
            f"congvu directory release {stop.id} --reason …",
            err=True,
            fg="yellow",
        )
    if not stops:
        click.echo(f"{pending} entries wait for the worker; see: congvu directory status", err=True)


def _pending(session: Session) -> int:
    with session.services.database.transaction() as database:
        return count_pending(database)
