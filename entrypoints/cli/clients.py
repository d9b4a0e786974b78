import json
import tomllib
from collections.abc import Mapping
from datetime import timedelta
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
from identity.accounts.queries import get_account_by_login
from kernel.audit import Basis
from kernel.errors import Invalid
from kernel.messages import Message
from sso.clients import service
from sso.clients.description import AuthMethod, GrantType
from sso.clients.errors import ClientNotFound
from sso.clients.models import ClientRow


class ClientFileInvalid(Invalid):
    code = "client-file-invalid"

    def __init__(self, file: Path, reason: Message) -> None:
        super().__init__(
            f"Không đọc được {file}: {reason.vi}.",
            f"{file} cannot be read: {reason.en}.",
            place=str(file),
        )


NEEDS_DOMAIN = Message("tệp cần --domain", "it needs --domain")
NOT_UTF_8 = Message("không phải văn bản UTF-8", "it is no text in UTF-8")
NO_TABLES = Message("tệp không có bảng [clients.TÊN]", "it has no [clients.NAME] tables")


@click.group()
def client() -> None:
    """Systems that people sign in to, and that ask for tokens."""


@client.command("create")
@click.argument("client_id")
@click.option("--name", required=True, help="As people see it, in Vietnamese.")
@click.option("--name-en", help="The same in English.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Repeat for several.")
@click.option(
    "--grant",
    "grant_types",
    multiple=True,
    type=click.Choice([grant.value for grant in GrantType]),
    help="Repeat for several. Unless given: authorization_code and refresh_token for a system with "
    "a redirect address, client_credentials for one without.",
)
@click.option("--scope", "scopes", multiple=True, help="The most it may ask for; repeat.")
@click.option(
    "--authentication",
    type=click.Choice([method.value for method in AuthMethod]),
    default=AuthMethod.CLIENT_SECRET_BASIC.value,
    show_default=True,
    help="How it proves who it is; none for programs in browsers and on phones.",
)
@click.option("--backchannel-logout-uri", help="Where it hears that somebody left.")
@click.option("--post-logout-redirect-uri", "post_logout", multiple=True, help="Repeat.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=JSON",
    help="Any other member of a description, for instance allow_acting=true; repeat.",
)
@as_json
@with_basis
@click.pass_obj
def create(session: Session, /, client_id: str, *, as_json: bool, **options: Any) -> None:
    """Register the system CLIENT_ID. Its secret is shown once and only its hash is kept."""
    basis = basis_of(options)
    description = service.describe(_description(options))
    now = session.services.clock()
    with session.services.database.transaction() as database:
        row, secret = service.create_client(
            database, session.actor, client_id, description, now=now, basis=basis
        )
    _show_secret(row, secret, as_json=as_json)


def _description(options: Mapping[str, Any]) -> dict[str, Any]:
    """Members that were given; the rest keeps its default."""
    given = {
        "client_name": options["name"],
        "client_name_en": options["name_en"],
        "redirect_uris": list(options["redirect_uris"]),
        "grant_types": list(options["grant_types"]) or _usual_grants(options),
        "scope": list(options["scopes"]) or None,
        "token_endpoint_auth_method": options["authentication"],
        "backchannel_logout_uri": options["backchannel_logout_uri"],
        "post_logout_redirect_uris": list(options["post_logout"]),
    }
    for setting in options["settings"]:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.BadParameter(f"{setting}: NAME=JSON, please")
        try:
            given[name] = json.loads(value)
        except ValueError as error:
            raise click.BadParameter(f"{setting}: the value must be JSON") from error
    return {name: value for name, value in given.items() if value is not None}


def _usual_grants(options: Mapping[str, Any]) -> list[str]:
    if options["redirect_uris"]:
        return [GrantType.AUTHORIZATION_CODE.value, GrantType.REFRESH_TOKEN.value]
    return [GrantType.CLIENT_CREDENTIALS.value]


def _show_secret(row: ClientRow, secret: str | None, *, as_json: bool) -> None:
    if as_json:
        answer({"client_id": row.client_id, "id": row.id, "client_secret": secret})
        return
    click.echo(secret or f"{row.client_id} uses no secret")
    if secret:
        click.echo(f"shown once: the secret of {row.client_id}", err=True)


@client.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--domain", help="Put in the place of {domain} in the file.")
@as_json
@with_basis
@click.pass_obj
def apply(
    session: Session, /, file: Path, *, domain: str | None, as_json: bool, **options: Any
) -> None:
    """Create or change the systems of a TOML file such as deploy/clients.toml, all or none.

    Secrets of new ones are shown once.
    """
    basis, now = basis_of(options), session.services.clock()
    entries = {name: service.describe(entry) for name, entry in _entries(file, domain).items()}
    shown: list[dict[str, Any]] = []
    with session.services.database.transaction() as database:
        for name, description in entries.items():
            secret, change = None, "changed"
            try:
                service.change_client(
                    database, session.actor, name, description, now=now, basis=basis
                )
            except ClientNotFound:
                change = "created"
                _, secret = service.create_client(
                    database, session.actor, name, description, now=now, basis=basis
                )
            shown.append({"client_id": name, "change": change, "client_secret": secret})
    if as_json:
        answer(shown)
        return
    for entry in shown:  # no table, which would break secrets over lines
        click.echo(
            f"{entry['client_id']}\t{entry['change']}\t{entry['client_secret'] or ''}".rstrip()
        )
    if any(entry["client_secret"] for entry in shown):
        click.echo("shown once: the secrets in the last column", err=True)


def _entries(file: Path, domain: str | None) -> dict[str, dict[str, Any]]:
    """Raises ClientFileInvalid."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ClientFileInvalid(file, NOT_UTF_8) from error
    if "{domain}" in text and domain is None:
        raise ClientFileInvalid(file, NEEDS_DOMAIN)
    try:
        document = tomllib.loads(text.replace("{domain}", domain or ""))
    except tomllib.TOMLDecodeError as error:
        reason = Message(f"không đúng dạng TOML ({error})", f"it is no TOML ({error})")
        raise ClientFileInvalid(file, reason) from error
    entries = document.get("clients")
    if not isinstance(entries, dict) or not all(isinstance(e, dict) for e in entries.values()):
        raise ClientFileInvalid(file, NO_TABLES)
    return entries


@client.command("list")
@as_json
@click.pass_obj
def list_all(session: Session, *, as_json: bool) -> None:
    """Every registered system, never its secrets."""
    with session.services.database.transaction() as database:
        rows = service.list_clients(database)
    if as_json:
        answer([_as_dict(row) for row in rows])
        return
    table = folding_table("client", "name", "grants", "state")
    for row in rows:
        stored = row.description  # as it is: this is where one looks when it does not fit any more
        grants = " ".join(grant.rpartition(":")[2] for grant in stored["grant_types"])
        state = "disabled" if row.disabled_at else "in force"
        table.add_row(row.client_id, stored["client_name"], grants, state)
    session.console.print(table)


@client.command("show")
@click.argument("client_id")
@click.pass_obj
def show(session: Session, client_id: str) -> None:
    """The whole description of a system as JSON."""
    with session.services.database.transaction() as database:
        row = service.get_client(database, client_id)
    answer(_as_dict(row))


def _as_dict(row: ClientRow) -> dict[str, Any]:
    return {
        "client_id": row.client_id,
        "id": row.id,
        "description": row.description,
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
        "disabled_at": row.disabled_at and row.disabled_at.isoformat(),
    }


@client.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--overlap-hours",
    default=24,
    show_default=True,
    type=click.IntRange(0, 24 * 90),
    help="How long the former secret still counts.",
)
@as_json
@with_basis
@click.pass_obj
def rotate_secret(
    session: Session, /, client_id: str, *, overlap_hours: int, as_json: bool, **options: Any
) -> None:
    """A fresh secret for CLIENT_ID, shown once."""
    with session.services.database.transaction() as database:
        secret = service.rotate_secret(
            database,
            session.actor,
            client_id,
            overlap=timedelta(hours=overlap_hours),
            now=session.services.clock(),
            basis=basis_of(options),
        )
        row = service.get_client(database, client_id)
    _show_secret(row, secret, as_json=as_json)


@client.command("disable")
@click.argument("client_id")
@with_basis
@click.pass_obj
def disable(session: Session, /, client_id: str, **options: Any) -> None:
    """No more tokens for CLIENT_ID; those it has are inactive at introspection."""
    _set_enabled(session, client_id, basis_of(options), enabled=False)


@client.command("enable")
@click.argument("client_id")
@with_basis
@click.pass_obj
def enable(session: Session, /, client_id: str, **options: Any) -> None:
    """Let CLIENT_ID work again."""
    _set_enabled(session, client_id, basis_of(options), enabled=True)


def _set_enabled(session: Session, client_id: str, basis: Basis, *, enabled: bool) -> None:
    with session.services.database.transaction() as database:
        service.set_enabled(
            database,
            session.actor,
            client_id,
            enabled=enabled,
            now=session.services.clock(),
            basis=basis,
        )
    click.echo("enabled" if enabled else "disabled")


@client.command("map-username")
@click.argument("client_id")
@click.argument("login")
@click.argument("username")
@with_basis
@click.pass_obj
def map_username(
    session: Session, /, client_id: str, login: str, username: str, **options: Any
) -> None:
    """Have CLIENT_ID know the account LOGIN as USERNAME."""
    with session.services.database.transaction() as database:
        account = get_account_by_login(database, login)
        service.map_username(
            database, session.actor, client_id, account.id, username, basis=basis_of(options)
        )
    click.echo(f"{client_id} knows {login} as {username}")


@client.command("end-username")
@click.argument("client_id")
@click.argument("login")
@click.argument("username")
@with_basis
@click.pass_obj
def end_username(
    session: Session, /, client_id: str, login: str, username: str, **options: Any
) -> None:
    """Have CLIENT_ID no longer know the account LOGIN as USERNAME, but as its template says.

    Others may come to that name afterwards, and to what the application keeps under it.
    """
    with session.services.database.transaction() as database:
        account = get_account_by_login(database, login)
        service.end_username(
            database, session.actor, client_id, account.id, basis=basis_of(options), seen=username
        )
    click.echo(f"{client_id} no longer knows {login} as {username}")


@client.command("usernames")
@click.argument("client_id")
@as_json
@click.pass_obj
def usernames(session: Session, client_id: str, *, as_json: bool) -> None:
    """Names that CLIENT_ID has for accounts, mapped by hand or kept since a first sign-in."""
    with session.services.database.transaction() as database:
        found = service.list_usernames(database, client_id)
    if as_json:
        answer([{"login": login, "username": username} for login, username in found])
        return
    table = folding_table("login", "username")
    for login, username in found:
        table.add_row(login, username)
    session.console.print(table)
