import os
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as OrmSession

from entrypoints.cli.session import Session, answer, as_json
from entrypoints.embedded.ports import LOOPBACK, Ports
from entrypoints.embedded.state import PartCondition, read_state
from entrypoints.home import Home
from entrypoints.settings import Settings
from identity.directory.pending import count_pending
from identity.directory.server import tree
from mail_admin.usage.assembly import configured_logs
from mail_admin.usage.readings import list_readings
from sso.logout.deliveries import count_undelivered

Answer = TypeVar("Answer")

COLOURS = {PartCondition.RUNNING: "green", PartCondition.FAILED: "red"}


@click.command()
@as_json
@click.pass_obj
def status(session: Session, *, as_json: bool) -> None:
    """Where every part runs, and how far the directory has followed."""
    home = Home.from_environment(os.environ)
    state = read_state(home.path)
    settings = session.services.settings
    found: dict[str, Any] = {
        "home": str(home.path),
        "parts": {name: part.model_dump(mode="json") for name, part in state.parts.items()},
        "base_dn": settings.directory.base_dn,
        "read_only_bind": read_only_bind(settings, home, state.parts["ldap"].address),
        "pending": _ask(session, count_pending),
        "undelivered_logouts": _ask(session, count_undelivered),
        "usage_logs_behind": _ask(session, partial(_logs_behind, session)),
    }
    if as_json:
        answer(found)
        return
    for name, part in state.parts.items():
        shown = click.style(f"{part.state.value:9}", fg=COLOURS.get(part.state))
        click.echo(f"{name:11} {shown} {part.address or '':28} {part.pid or ''}")
    click.echo(f"directory   {settings.directory.base_dn}, {found['pending']} entries pending")
    click.echo(f"sign-on     {found['undelivered_logouts']} logouts undelivered")
    for source, seconds in (found["usage_logs_behind"] or {}).items():
        told = "never read to its end" if seconds is None else f"counted as of {seconds:,.0f} s ago"
        click.echo(f"usage       log of {source}: {told}; see congvu usage logs")


def read_only_bind(
    settings: Settings, home: Home, address: str | None
) -> dict[str, str | None] | None:
    """For checks with ldapsearch; known only where we run the server ourselves."""
    if settings.servers is None:
        return None
    directory = settings.directory
    return {
        "uri": address,
        "tls_uri": f"ldaps://{LOOPBACK}:{Ports.from_base(home.port_base).ldaps}",
        "authority": str(directory.authority) if directory.authority else None,
        "dn": tree.reader_dn(directory.base_dn),
        "password": settings.servers.ldap_reader_password.get_secret_value(),
    }


def _logs_behind(session: Session, database: OrmSession) -> dict[str, float | None]:
    """Logs of the mail servers whose figures are not current, with the seconds they lack."""
    services = session.services
    now = services.clock()
    return {
        one.source: one.behind_seconds(now)
        for one in list_readings(database, configured_logs(services.settings.usage))
        if one.is_behind(now)
    }


def _ask(session: Session, question: Callable[[OrmSession], Answer]) -> Answer | None:
    """None when the database does not answer: the rest is still worth saying."""
    try:
        with session.services.database.transaction() as database:
            return question(database)
    except OperationalError:
        return None
