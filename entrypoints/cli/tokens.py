from datetime import timedelta
from uuid import UUID

import click
from rich.table import Table

from entrypoints.cli.session import Session, answer, as_json
from kernel import api_tokens
from kernel.access import Permission
from kernel.clock import office_time


@click.group()
def token() -> None:
    """Bearer tokens for machines."""


@token.command("create")
@click.argument("name")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    required=True,
    type=click.Choice([permission.value for permission in Permission]),
    help="Repeat for several.",
)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650))
@as_json
@click.pass_obj
def create(
    session: Session, name: str, permissions: tuple[str, ...], days: int, *, as_json: bool
) -> None:
    """Make a token for NAME. It is shown once and only its hash is kept."""
    now = session.services.clock()
    with session.services.database.transaction() as database:
        row, secret = api_tokens.create_token(
            database,
            session.actor,
            name=name,
            permissions=[Permission(value) for value in permissions],
            expires_at=now + timedelta(days=days),
            now=now,
        )
    if as_json:
        answer({"id": row.id, "token": secret, "expires_at": row.expires_at.isoformat()})
        return
    click.echo(secret)
    expires = office_time(row.expires_at)
    click.echo(f"shown once; expires {expires}; id {row.id}", err=True)


@token.command("list")
@as_json
@click.pass_obj
def list_all(session: Session, *, as_json: bool) -> None:
    """Tokens with their permissions, never the secrets."""
    with session.services.database.transaction() as database:
        rows = api_tokens.list_tokens(database)
    if as_json:
        answer(
            [
                {
                    "id": row.id,
                    "name": row.name,
                    "permissions": row.permissions,
                    "expires_at": row.expires_at.isoformat(),
                    "revoked_at": row.revoked_at and row.revoked_at.isoformat(),
                }
                for row in rows
            ]
        )
        return
    table = Table("id", "name", "permissions", "expires", "revoked")
    for row in rows:
        revoked = office_time(row.revoked_at) if row.revoked_at else ""
        expires = office_time(row.expires_at)
        table.add_row(str(row.id), row.name, " ".join(row.permissions), expires, revoked)
    session.console.print(table)


@token.command("revoke")
@click.argument("token_id", type=click.UUID)
@click.pass_obj
def revoke(session: Session, token_id: UUID) -> None:
    """End a token at once."""
    with session.services.database.transaction() as database:
        api_tokens.revoke_token(database, session.actor, token_id, now=session.services.clock())
    click.echo("revoked")
