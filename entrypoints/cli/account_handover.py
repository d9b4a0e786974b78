"""`congvu account hand-over`: an organisation account passes to another custodian."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from entrypoints.cli.session import DAY, Session, answer, as_json, basis_of, with_basis
from identity.accounts.queries import get_account_by_login
from kernel.clock import office_day
from mail_admin.mailboxes.handover import hand_over_account
from mail_admin.mailboxes.protocol import Protocol
from mail_admin.mailboxes.protocol_sheet import write_protocol


@click.command("hand-over")
@click.argument("login")
@click.option("--to", "receiver", type=click.UUID, required=True, help="Id of the person.")
@click.option("--on", "begins", type=DAY, help="First day of the receiver; today if absent.")
@click.option(
    "--write",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the protocol to sign (PDF) here.",
)
@with_basis
@as_json
@click.pass_obj
def hand_over(
    session: Session,
    /,
    login: str,
    receiver: UUID,
    begins: datetime | None,
    target: Path | None,
    *,
    as_json: bool,
    **options: Any,
) -> None:
    """Pass the organisation account LOGIN on; whoever was custodian is no longer.

    No password changes hands. The protocol is kept and can be printed again over the API.
    """
    services = session.services
    now = services.clock()
    with services.database.transaction() as database:
        row = hand_over_account(
            database,
            session.actor,
            get_account_by_login(database, login).id,
            receiver,
            day=begins.date() if begins else office_day(now),
            now=now,
            basis=basis_of(options),
        )
        protocol = Protocol.model_validate(row.protocol)
    if target is not None:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            write_protocol(out, protocol, place_name=services.settings.reports.place_name)
    if as_json:
        answer({"id": row.id, "day": row.day, "protocol": protocol.model_dump(mode="json")})
        return
    givers = ", ".join(party.name for party in protocol.givers) or "-"
    click.echo(f"{login}: {givers} → {protocol.receiver.name} from {row.day:%d/%m/%Y}")
