"""`congvu list`: distribution lists of organisations."""

from typing import Any

import click

from entrypoints.cli.session import Session, answer, as_json, basis_of, with_basis
from identity.addresses.queries import get_domain, list_domains
from identity.organisations.models import GroupScope
from identity.organisations.queries import get_organisation_by_code
from kernel.clock import office_day
from mail_admin.lists import queries, service
from mail_admin.lists.errors import ListNotFound
from mail_admin.lists.models import SenderRule
from mail_admin.lists.service import ListForm

RULES = click.Choice([rule.value for rule in SenderRule])


@click.group("list")
def distribution_list() -> None:
    """Distribution lists. Their members follow the registry by themselves."""


@distribution_list.command("create")
@click.argument("code")
@click.option("--address", help="tatca.STEM of the default domain when absent.")
@click.option("--own", is_flag=True, help="Without the organisations below.")
@click.option("--senders", type=RULES, help="Custodians for the province, else members.")
@with_basis
@click.pass_obj
def create(
    session: Session,
    /,
    code: str,
    address: str | None,
    senders: str | None,
    *,
    own: bool,
    **options: Any,
) -> None:
    """Make a list of everybody in the organisation with agency CODE and below it."""
    local_part, _, name = (address or "").lower().rpartition("@")
    if address and not local_part:
        raise click.BadParameter("an address has an @", param_hint="--address")
    services = session.services
    with services.database.transaction() as database:
        organisation = get_organisation_by_code(database, code)
        if not name:
            name = next((row.name for row in list_domains(database) if row.is_default), "")
        form = ListForm(
            organisation,
            GroupScope.OWN if own else GroupScope.SUBTREE,
            local_part or None,
            SenderRule(senders) if senders else None,
        )
        row = service.create_list(
            database,
            session.actor,
            get_domain(database, name),
            form,
            now=services.clock(),
            basis=basis_of(options),
        )
        (view,) = [view for view in queries.list_lists(database) if view.id == row.id]
    click.echo(f"{view.address} senders: {view.senders.value}")


@distribution_list.command("show")
@click.argument("address", required=False)
@as_json
@click.pass_obj
def show(session: Session, address: str | None, *, as_json: bool) -> None:
    """All lists, or the one with ADDRESS."""
    services = session.services
    with services.database.transaction() as database:
        views = queries.list_lists(database)
        if address is not None:
            views = [view for view in views if view.address == address.lower()]
            if not views:
                raise ListNotFound(address)
        today = office_day(services.clock())
        found: list[dict[str, Any]] = [
            {
                "address": view.address,
                "organisation": view.organisation,
                "scope": view.scope.value,
                "senders": view.senders.value,
                "named": queries.named_senders(database, view.id),
                "members": queries.count_members(database, view.group_id, today),
            }
            for view in views
        ]
    if as_json:
        answer(found if address is None else found[0])
        return
    if not found:
        click.echo("no lists; congvu list create CODE makes one")
    for row in found:
        named = " ".join(["", *row["named"]])
        click.secho(row["address"], bold=True)
        click.echo(f"  {row['organisation']} ({row['scope']}): {row['members']} mailboxes")
        click.echo(f"  senders: {row['senders']}{named}")


@distribution_list.command("senders")
@click.argument("address")
@click.option("--rule", type=RULES, required=True)
@click.option("--named", multiple=True, help="Login of an account that may send too.")
@with_basis
@click.pass_obj
def senders(
    session: Session, /, address: str, rule: str, named: tuple[str, ...], **options: Any
) -> None:
    """Say who may send to the list ADDRESS; accounts named before are forgotten."""
    with session.services.database.transaction() as database:
        service.set_senders(
            database, session.actor, address, SenderRule(rule), named, basis=basis_of(options)
        )
    click.echo(f"{address} senders: {' '.join((rule, *named))}")


@distribution_list.command("end")
@click.argument("address")
@with_basis
@click.pass_obj
def end(session: Session, /, address: str, **options: Any) -> None:
    """Stop delivering to the list ADDRESS; nobody else ever gets it."""
    services = session.services
    with services.database.transaction() as database:
        service.end_list(
            database, session.actor, address, now=services.clock(), basis=basis_of(options)
        )
    click.echo(f"{address} ended")
