"""`congvu domain dns` and `congvu domain dkim`."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from entrypoints.cli.session import Session, answer, as_json, basis_of, with_basis
from identity.addresses.queries import get_domain
from mail_admin.domains.checking import Finding, check_records
from mail_admin.domains.dkim import find_dkim_key, make_dkim_key, read_private_key
from mail_admin.domains.records import Record, Verdict, wanted_records

COLOURS = {Verdict.OK: "green", Verdict.UNANSWERED: "yellow"}


@click.command("dns")
@click.argument("name")
@click.option("--check/--no-check", default=True, help="Ask the DNS what it says now.")
@as_json
@click.pass_obj
def dns(session: Session, name: str, *, check: bool, as_json: bool) -> None:
    """Records to publish for the mail domain NAME, and whether the DNS has them.

    Exit code 1 when one is missing or different, or when no name server answers.
    """
    settings = session.services.settings.domains
    with session.services.database.transaction() as database:
        domain = get_domain(database, name)
        key = find_dkim_key(database, domain.id)
    records = wanted_records(domain.name, settings, key)
    findings = check_records(records, settings) if check else []
    if as_json:
        answer(
            {
                "domain": domain.name,
                "dkim_key": key is not None,
                "records": _listed(records, findings),
            }
        )
    else:
        _print(records, findings)
        if key is None:
            click.secho(f"no DKIM key yet: congvu domain dkim {domain.name}", fg="yellow", err=True)
    if key is None or any(finding.verdict is not Verdict.OK for finding in findings):
        sys.exit(1)


def _listed(records: list[Record], findings: list[Finding]) -> list[dict[str, Any]]:
    found = {finding.record: finding for finding in findings}
    return [
        {
            "purpose": record.purpose.value,
            "name": record.name,
            "type": record.type.value,
            "values": record.values,
            "verdict": found[record].verdict.value if record in found else None,
            "published": found[record].published if record in found else None,
        }
        for record in records
    ]


def _print(records: list[Record], findings: list[Finding]) -> None:
    for record in records:
        for line in record.zone_lines():
            click.echo(line)
    for finding in findings:
        record, colour = finding.record, COLOURS.get(finding.verdict, "red")
        click.secho(f"{finding.verdict.value:10} {record.type.value:3} {record.name}", fg=colour)
        if finding.verdict is Verdict.DIFFERENT:
            for value in finding.published:
                click.echo(f"           {value}")


@click.command("dkim")
@click.argument("name")
@click.option(
    "--renew",
    is_flag=True,
    help="Make another key, which signs after CONGVU_SIGNING__RENEWED_AFTER_HOURS.",
)
@click.option(
    "--write",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the private key here, for another program that signs.",
)
@partial(with_basis, reason="DKIM")
@as_json
@click.pass_obj
def dkim(
    session: Session,
    /,
    name: str,
    target: Path | None,
    *,
    renew: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Make the DKIM key of the mail domain NAME, kept sealed, and print its record.

    The program `policy` signs with it; --write gives it to another one instead (mode 0600).
    """
    if target is not None and not target.parent.is_dir():
        raise click.BadParameter(f"there is no folder {target.parent}", param_hint="--write")
    services, basis, pem = session.services, basis_of(options), None
    with services.database.transaction() as database:
        domain = get_domain(database, name)
        key = find_dkim_key(database, domain.id)
        if key is None or renew:
            key = make_dkim_key(
                database, session.actor, domain, services.keys, now=services.clock(), basis=basis
            )
        if target is not None:
            _, pem = read_private_key(database, session.actor, domain, services.keys, basis=basis)
    if target is not None and pem is not None:
        try:
            _write_secret(target, pem)
        except OSError as error:
            raise click.FileError(str(target), error.strerror) from error
    (record,) = (
        record
        for record in wanted_records(domain.name, services.settings.domains, key)
        if record.purpose == "dkim"
    )
    if as_json:
        answer({"selector": key.selector, "name": record.name, "value": record.values[0]})
        return
    for line in record.zone_lines():
        click.echo(line)


def _write_secret(target: Path, secret: bytes) -> None:
    """Readable by us alone from its first byte on."""
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
