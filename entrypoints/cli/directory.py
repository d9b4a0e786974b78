"""`congvu directory`: the LDAP copy of the registry."""

import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from entrypoints.cli.session import Session, answer, as_json, basis_of, with_basis
from entrypoints.wiring import Services
from identity.directory import brake
from identity.directory.comparison import Comparison, compare, mark_for_repair, summary
from identity.directory.errors import AnotherReconcilerRuns
from identity.directory.export import desired_entries
from identity.directory.ldif import ldif_lines
from identity.directory.leader import leadership
from identity.directory.pending import count_pending, refusals
from identity.directory.reconciler import Run
from kernel.clock import office_day, office_time


@click.group()
def directory() -> None:
    """The LDAP directory: follow, compare, mend, export."""


def synchronise(services: Services, progress: Any = None) -> Run:
    """One run of the reconciler in this process. Raises AnotherReconcilerRuns."""
    with services.directory() as ldap, leadership(services.engine) as leader:
        if leader is None:
            raise AnotherReconcilerRuns
        return services.reconciler(ldap).run(leader, progress)


@directory.command("sync")
@as_json
@click.pass_obj
def sync(session: Session, *, as_json: bool) -> None:
    """Write what is due now, in this process, instead of waiting for the worker."""
    started = time.perf_counter()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=session.console, disable=as_json, transient=True) as progress:
        task = progress.add_task("directory")

        def show(run: Run) -> None:
            progress.update(task, description=f"{run.written} written, {run.removed} removed")

        run = synchronise(session.services, show)
    seconds = time.perf_counter() - started
    found = {
        "written": run.written,
        "removed": run.removed,
        "refused": run.refused,
        "held": _held(run),
        "seconds": round(seconds, 2),
    }
    if as_json:
        answer(found)
        return
    rate = (run.written + run.removed) / seconds
    click.echo(f"{run.written} written, {run.removed} removed in {seconds:.1f} s ({rate:.0f}/s)")
    for code, count in run.refused.items():
        click.secho(f"{count} refused: {code}", fg="red")
    if run.held:
        click.secho(f"held by the mass-change brake: {_held(run)}", fg="yellow")


def _held(run: Run) -> dict[str, Any] | None:
    if run.held is None:
        return None
    return {
        "to_lock": run.held.to_lock,
        "to_remove": run.held.to_remove,
        "accounts": run.held.accounts,
    }


@directory.command("status")
@as_json
@click.pass_obj
def status(session: Session, *, as_json: bool) -> None:
    """What waits, what was refused, what the mass-change brake holds back."""
    with session.services.database.transaction() as database:
        pending, refused = count_pending(database), refusals(database)
        stops = brake.list_open_stops(database)
    if as_json:
        told = [
            {"id": stop.id, "stopped_at": stop.stopped_at.isoformat(), "held": stop.held}
            for stop in stops
        ]
        answer({"pending": pending, "refused": refused, "stops": told})
        return
    click.echo(f"{pending} entries pending")
    for code, count in refused.items():
        click.secho(f"{count} refused: {code}", fg="red")
    for stop in stops:
        stopped = office_time(stop.stopped_at)
        click.secho(f"stopped {stopped}: {stop.held}  id {stop.id}", fg="yellow")


@directory.command("release")
@click.argument("stop_id", type=click.UUID)
@with_basis
@click.pass_obj
def release(session: Session, /, stop_id: UUID, **options: Any) -> None:
    """Let what the mass-change brake holds back go."""
    services = session.services
    with services.database.transaction() as database:
        brake.release_brake(database, session.actor, stop_id, basis_of(options), services.clock())
    click.echo("released; the worker goes on")


@directory.command("check")
@as_json
@click.pass_obj
def check(session: Session, *, as_json: bool) -> None:
    """Compare every entry with the registry. Exit code 1 when they differ."""
    started = time.perf_counter()
    comparison = _compare(session.services)
    if as_json:
        answer(summary(comparison))
    else:
        _show(comparison, time.perf_counter() - started)
    sys.exit(1 if comparison.drifts else 0)


def _compare(services: Services) -> Comparison:
    with services.directory() as ldap:
        return compare(services.database, ldap, services.base_dn, services.clock)


def _show(comparison: Comparison, seconds: float) -> None:
    click.echo(f"{comparison.compared} entries compared in {seconds:.1f} s")
    for drift in comparison.drifts:
        attributes = ", ".join(drift.attributes)
        click.echo(f"{drift.kind.value:9} {drift.dn}  {attributes}")


@directory.command("repair")
@click.option("--yes", is_flag=True, help="Mend without asking.")
@with_basis
@click.pass_obj
def repair(session: Session, /, *, yes: bool, **options: Any) -> None:
    """Show what differs, then write it again. Entries that are not ours are never touched."""
    basis, services = basis_of(options), session.services
    started = time.perf_counter()
    comparison = _compare(services)
    _show(comparison, time.perf_counter() - started)
    if not comparison.drifts:
        return
    if not yes and not click.confirm("Mend? Sửa?"):
        sys.exit(1)
    with services.database.transaction() as database:
        marked = mark_for_repair(database, session.actor, comparison, basis)
    click.echo(f"{marked} entries will be written again by the worker")


@directory.command("export")
@click.option(
    "--ldif",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File to write; it holds password hashes.",
)
@click.pass_obj
def export(session: Session, target: Path) -> None:
    """Write all entries the registry wants as LDIF, parents first, for `slapadd -q`."""
    services = session.services
    count = 0
    target.touch(mode=0o600)  # it holds password hashes
    today = office_day(services.clock())
    with target.open("wb") as out:
        for line in ldif_lines(desired_entries(services.database, today, services.base_dn)):
            count += line.startswith(b"dn:")
            out.write(line)
    click.echo(f"{count} entries in {target}")
