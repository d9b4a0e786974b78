"""`congvu role`: who may do what in the console."""

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
from identity.accounts.queries import get_account_by_login
from identity.roles import service
from identity.roles.models import Role

ROLES = click.Choice([role.value for role in Role])


@click.group()
def role() -> None:
    """Roles of people in the console."""


@role.command("list")
@as_json
@click.pass_obj
def list_holders(session: Session, *, as_json: bool) -> None:
    """Who holds which role, since when, and who gave it."""
    with session.services.database.transaction() as database:
        holders = service.list_holders(database)
    if as_json:
        answer([holder._asdict() for holder in holders])
        return
    table = folding_table("login", "name", "role", "since", "given by")
    for holder in holders:
        table.add_row(
            holder.login,
            holder.display_name,
            holder.role.value,
            f"{holder.granted_at:%Y-%m-%d}",
            holder.granted_by,
        )
    session.console.print(table)


@role.command("grant")
@click.argument("login")
@click.argument("name", metavar="ROLE", type=ROLES)
@with_basis
@click.pass_obj
def grant(session: Session, /, login: str, name: str, **options: Any) -> None:
    """Give the personal account LOGIN a ROLE: administrator, hr, leader or it."""
    services = session.services
    with services.database.transaction() as database:
        service.grant_role(
            database,
            session.actor,
            get_account_by_login(database, login),
            Role(name),
            now=services.clock(),
            basis=basis_of(options),
        )
    click.echo(f"{login} {name} granted")


@role.command("end")
@click.argument("login")
@click.argument("name", metavar="ROLE", type=ROLES)
@with_basis
@click.pass_obj
def end(session: Session, /, login: str, name: str, **options: Any) -> None:
    """Take a ROLE away from the account LOGIN, at once."""
    services = session.services
    with services.database.transaction() as database:
        service.end_role(
            database,
            session.actor,
            get_account_by_login(database, login),
            Role(name),
            now=services.clock(),
            basis=basis_of(options),
        )
    click.echo(f"{login} {name} ended")
