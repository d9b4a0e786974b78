from typing import Any

import click

from entrypoints.cli.session import Session, answer, as_json, basis_of, with_basis
from kernel.clock import office_time
from sso.keys import service
from sso.keys.models import SigningKey


@click.group()
def key() -> None:
    """Keys that single sign-on signs its tokens with."""


@key.command("list")
@as_json
@click.pass_obj
def list_all(session: Session, *, as_json: bool) -> None:
    """Keys with the time in which each signs, never their private parts."""
    with session.services.database.transaction() as database:
        keys = service.list_keys(database)
    _show(keys, as_json=as_json)


@key.command("rotate")
@with_basis
@as_json
@click.pass_obj
def rotate(session: Session, /, *, as_json: bool, **options: Any) -> None:
    """Make new keys. They sign once everybody can know them, or at once where there is none."""
    basis, services = basis_of(options), session.services
    settings, now = services.settings.sso, services.clock()
    with services.database.transaction() as database:
        keys = service.rotate(
            database, services.keys, settings, session.actor, now=now, basis=basis
        )
    _show(keys, as_json=as_json)


@key.command("withdraw", context_settings={"ignore_unknown_options": True})  # ids may begin with -
@click.argument("kid")
@with_basis
@click.pass_obj
def withdraw(session: Session, /, kid: str, **options: Any) -> None:
    """Take the key KID out of use at once: whatever it signed is void from now on."""
    basis, services = basis_of(options), session.services
    settings, now = services.settings.sso, services.clock()
    with services.database.transaction() as database:
        service.replace_leaked(
            database, services.keys, settings, session.actor, kid, now=now, basis=basis
        )
    click.echo(f"{kid} withdrawn")


def _show(keys: list[SigningKey], *, as_json: bool) -> None:
    if as_json:
        answer([_described(key) for key in keys])
        return
    for key in keys:  # no table, which would break ids over lines; they are copied as a whole
        begin, end, gone = map(office_time, (key.signs_from, key.signs_until, key.withdrawn_at))
        click.echo(f"{key.kid}  {key.algorithm.value}")
        click.echo(f"  signs {begin} to {end}, withdrawn {gone}")


def _described(key: SigningKey) -> dict[str, str]:
    return {
        "kid": key.kid,
        "algorithm": key.algorithm.value,
        "published_at": key.published_at.isoformat(),
        "signs_from": key.signs_from.isoformat(),
        "signs_until": key.signs_until.isoformat(),
        "withdrawn_at": key.withdrawn_at.isoformat(),
    }
