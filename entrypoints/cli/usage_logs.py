"""How far the logs of the mail servers are read, and what in them could not be."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from entrypoints.cli.session import Session, answer, as_json, folding_table
from kernel.clock import VIETNAM
from mail_admin.usage.assembly import configured_logs
from mail_admin.usage.models import ParkedLine
from mail_admin.usage.readings import Reading, file_of, list_parked, list_readings

MOST_PARKED, SHOWN_PARKED = 1000, 20


@click.command("logs")
@as_json
@click.pass_obj
def show_logs(session: Session, *, as_json: bool) -> None:
    """How far each log is read, as of when its figures are current, and lines passed over."""
    services = session.services
    logs, now = configured_logs(services.settings.usage), services.clock()
    with services.database.transaction() as database:
        readings = [_as_json(one, logs, now) for one in list_readings(database, logs)]
        parked = [
            _parked(line, logs.get(line.source)) for line in list_parked(database, MOST_PARKED)
        ]
    if as_json:
        answer({"logs": readings, "parked": parked})
        return
    for reading in readings:
        _show(reading)
    if parked:
        table = folding_table("parked", "byte", "why", "noticed")
        for line in parked[:SHOWN_PARKED]:
            file = line["file"] or f"{line['source']}: file gone"
            table.add_row(file, str(line["offset"]), line["fault"], _moment(line["noticed_at"]))
        session.console.print(table)
    if len(parked) > SHOWN_PARKED:
        click.echo(f"… {len(parked) - SHOWN_PARKED} more; --json shows all")


def _as_json(reading: Reading, logs: dict[str, Path], now: datetime) -> dict[str, Any]:
    known, position = reading.known, reading.position
    path = logs.get(reading.source)
    event_at = known.last_event_at if known else None
    return {
        "source": reading.source,
        "log": str(path) if path else None,
        "file": known.file if known else None,
        "inode": position.inode if position else None,
        "offset": position.position if position else None,
        "size": known.size if known else None,
        "lag_bytes": known.unread_bytes if known else None,
        "lag_seconds": reading.behind_seconds(now),
        "behind": reading.is_behind(now),
        "current_as_of": known.current_as_of if known else None,
        "last_event_at": event_at,
        "seconds_since_event": (now - event_at).total_seconds() if event_at else None,
        "noted_at": known.noted_at if known else None,
        "parked": reading.parked,
        "last_error": known.fault if known else None,
        "last_error_at": known.fault_at if known else None,
    }


def _parked(line: ParkedLine, log: Path | None) -> dict[str, Any]:
    return {
        "source": line.source,
        "file": file_of(log, line) if log else None,
        "inode": line.inode,
        "offset": line.position,
        "fault": line.fault,
        "noticed_at": line.noticed_at,
    }


def _show(reading: dict[str, Any]) -> None:
    state = "behind" if reading["behind"] else "current"
    colour = "red" if reading["behind"] else "green"
    click.echo(f"{reading['source']:10} {click.style(state, fg=colour)}  {reading['log'] or '-'}")
    if reading["noted_at"] is None:
        click.echo("           nobody has read it yet")
        return
    unread, parked = reading["lag_bytes"], reading["parked"]
    offset = "-" if reading["offset"] is None else f"{reading['offset']:,}"
    click.echo(f"           read       {reading['file']} to byte {offset} of {reading['size']:,}")
    click.echo(f"           unread     {unread:,} bytes; counted as of {_since(reading, 'lag')}")
    click.echo(f"           last event {_since(reading, 'event')}")
    if reading["last_error"]:
        click.echo(
            f"           last error {reading['last_error']}, {_moment(reading['last_error_at'])}"
        )
    if parked:
        click.echo(f"           parked     {parked:,} lines that could not be counted")


def _since(reading: dict[str, Any], what: str) -> str:
    moment, seconds = {
        "lag": ("current_as_of", "lag_seconds"),
        "event": ("last_event_at", "seconds_since_event"),
    }[what]
    if reading[moment] is None:
        return "never"
    return f"{_moment(reading[moment])} ({reading[seconds]:,.0f} s ago)"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"
