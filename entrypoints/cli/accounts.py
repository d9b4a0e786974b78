from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from entrypoints.cli.session import DAY, Session, answer, as_json, basis_of, with_basis
from identity.accounts import queries, service
from identity.accounts.models import Account, Mailbox
from identity.accounts.reset_mail import RESET_PATH
from identity.accounts.resets import issue_office_reset
from identity.addresses.queries import get_domain
from identity.addresses.service import change_primary
from identity.handover.files import write_batches
from identity.handover.service import hand_over
from identity.handover.settings import ACTIVATION_PATH
from identity.organisations.queries import get_organisation_by_code
from kernel.clock import office_day, office_time


@click.group()
def account() -> None:
    """Accounts: what signs in and receives mail."""


@account.command("show")
@click.argument("login")
@as_json
@click.pass_obj
def show(session: Session, login: str, *, as_json: bool) -> None:
    """One account with its addresses."""
    with session.services.database.transaction() as database:
        row = queries.get_account_by_login(database, login)
        addresses = queries.addresses_of(database, [row.id]).get(row.id, [])
        mailbox = database.get(Mailbox, row.id)
    found: dict[str, Any] = {
        "id": row.id,
        "login": row.login,
        "kind": row.kind.value,
        "status": row.status.value,
        "display_name": row.display_name,
        "addresses": [
            {"address": f"{address.local_part}@{domain}", "role": address.role.value}
            for address, domain in addresses
        ],
        "quota_bytes": mailbox.quota_bytes if mailbox else None,
        "in_directory": row.revision == row.projected_revision,
        "projection_error": row.projection_error,
    }
    if as_json:
        answer(found)
        return
    addresses_shown = " ".join(item["address"] for item in found.pop("addresses"))
    for name, value in {**found, "addresses": addresses_shown}.items():
        click.echo(f"{name:18} {'' if value is None else value}")


def _status_command(
    name: str, help_text: str, change: Callable[..., Account]
) -> Callable[..., None]:
    """`suspend`, `reinstate` and `close` differ in nothing but the service function."""

    @account.command(name, help=help_text)
    @click.argument("login")
    @with_basis
    @click.pass_obj
    def command(session: Session, /, login: str, **options: Any) -> None:
        services = session.services
        with services.database.transaction() as database:
            row = queries.get_account_by_login(database, login)
            row = change(
                database, session.actor, row.id, now=services.clock(), basis=basis_of(options)
            )
        click.echo(f"{row.login} {row.status.value}")

    return command


_status_command("suspend", "Close to sign-ins; mail is still received.", service.suspend_account)
_status_command("reinstate", "Back to what it was.", service.reinstate_account)
_status_command("close", "End for good; login and addresses stay taken.", service.close_account)


@account.command("reset-password")
@click.argument("login")
@with_basis
@as_json
@click.pass_obj
def reset_password(session: Session, /, login: str, *, as_json: bool, **options: Any) -> None:
    """Make a code with which the holder of LOGIN chooses a new password.

    It works once and stands nowhere but here: hand it over to the person alone. Until then the
    present password opens nothing but the choice of a new one. Pending accounts get a letter
    (handover) instead; when a password is in wrong hands, suspend the account.
    """
    services = session.services
    with services.database.transaction() as database:
        row = queries.get_account_by_login(database, login)
        code, expires_at = issue_office_reset(
            database,
            session.actor,
            row.id,
            services.settings.passwords.reset,
            now=services.clock(),
            basis=basis_of(options),
        )
    _show_code(session, row.login, code, expires_at, RESET_PATH, as_json=as_json)


@account.command("activation-code")
@click.argument("login")
@with_basis
@as_json
@click.pass_obj
def activation_code(session: Session, /, login: str, *, as_json: bool, **options: Any) -> None:
    """Make a fresh activation code for the pending account LOGIN; earlier ones stop working.

    For one person at the counter. It stands nowhere but here; letters for whole offices are
    made by handover.
    """
    services = session.services
    now, lifetime = services.clock(), timedelta(days=services.handover.lifetime_days)
    with services.database.transaction() as database:
        row = queries.get_account_by_login(database, login)
        (code,) = service.issue_activation_codes(
            database, session.actor, [row], now=now, lifetime=lifetime, basis=basis_of(options)
        )
    _show_code(session, row.login, code, now + lifetime, ACTIVATION_PATH, as_json=as_json)


def _show_code(
    session: Session, login: str, code: str, expires_at: datetime, path: str, *, as_json: bool
) -> None:
    page = session.services.settings.web.public_url + path
    found = {"login": login, "code": code, "expires_at": expires_at.isoformat(), "page": page}
    if as_json:
        answer(found)
        return
    for name, value in {**found, "expires_at": office_time(expires_at)}.items():
        click.echo(f"{name:10} {value}")


@account.command("rename-address")
@click.argument("login")
@click.argument("address")
@click.option("--alias-days", type=click.IntRange(min=1), help="How long the old one lasts.")
@click.option("--alias-for-ever", is_flag=True, help="The old one lasts without end.")
@with_basis
@click.pass_obj
def rename_address(
    session: Session,
    /,
    login: str,
    address: str,
    alias_days: int | None,
    *,
    alias_for_ever: bool,
    **options: Any,
) -> None:
    """Give the account LOGIN the new primary ADDRESS; the old one stays for a time.

    How long is CONGVU_MAILBOXES__ALIAS_DAYS where nothing is said. The login stays as it is.
    """
    services = session.services
    local_part, at, name = address.lower().rpartition("@")
    if not (local_part and at):
        raise click.BadParameter("an address has an @", param_hint="ADDRESS")
    if alias_for_ever and alias_days:
        raise click.UsageError("--alias-days and --alias-for-ever exclude each other")
    today, settings = office_day(services.clock()), services.settings.mailboxes
    until = today + timedelta(days=alias_days) if alias_days else settings.alias_until(today)
    with services.database.transaction() as database:
        row = queries.get_account_by_login(database, login)
        change_primary(
            database,
            session.actor,
            get_domain(database, name),
            local_part,
            row.id,
            on=today,
            alias_until=None if alias_for_ever else until,
            basis=basis_of(options),
        )
    click.echo(f"{row.login} {address.lower()}")


@account.command("custodian")
@click.argument("login")
@click.argument("person_id", type=click.UUID)
@click.option("--from", "begins", type=DAY, help="First day; today if absent.")
@click.option("--until", "ends", type=DAY, help="First day on which it no longer holds.")
@with_basis
@click.pass_obj
def custodian(
    session: Session,
    /,
    login: str,
    person_id: UUID,
    begins: datetime | None,
    ends: datetime | None,
    **options: Any,
) -> None:
    """Let a person act as the organisation account LOGIN."""
    services = session.services
    with services.database.transaction() as database:
        row = queries.get_account_by_login(database, login)
        service.add_custodian(
            database,
            session.actor,
            row.id,
            person_id,
            valid_from=begins.date() if begins else office_day(services.clock()),
            valid_to=ends.date() if ends else None,
            basis=basis_of(options),
        )
    click.echo(f"custodian of {row.login} added")


@click.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--organisation", help="Agency code; without it, everybody pending.")
@click.option("--subtree/--alone", default=True, help="With everything below, or not.")
@partial(with_basis, reason="activation letters")
@as_json
@click.pass_obj
def handover(
    session: Session,
    /,
    target: Path,
    organisation: str | None,
    *,
    subtree: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Write activation letters (PDF) and lists (CSV) of pending accounts into TARGET.

    Every code is new, works once, and stands in clear only in these files; earlier codes of the
    same accounts stop working.
    """
    services = session.services
    settings = services.handover
    with services.database.transaction() as database:
        chosen = get_organisation_by_code(database, organisation) if organisation else None
        batches = hand_over(
            database,
            session.actor,
            chosen.id if chosen else None,
            include_subtree=subtree,
            now=services.clock(),
            lifetime=timedelta(days=settings.lifetime_days),
            basis=basis_of(options),
        )
    files = write_batches(batches, target, settings)
    letters = sum(len(batch.letters) for batch in batches)
    if as_json:
        answer({"letters": letters, "files": [str(path) for path in files]})
    else:
        click.echo(f"{letters} letters for {len(batches)} organisations in {target}")
