import re

import click

from entrypoints.cli.session import Session, answer, as_json
from identity.addresses.models import MailDomain, PolicySubject
from identity.addresses.policy import warnings
from identity.addresses.presets import PRESETS, Preset
from identity.addresses.queries import get_domain, latest_policies, list_domains
from identity.addresses.service import open_domain, reserve_address, set_policy
from identity.organisations.queries import get_organisation_by_code
from kernel.audit import Basis
from kernel.clock import office_day

WRITABLE = re.compile(r"[^\s@]{1,64}")
"""Before the @ of an address that was used elsewhere: it need not be one that we would give."""


@click.group()
def domain() -> None:
    """Mail domains, the rules by which they give addresses, and reserved addresses."""


@domain.command("add")
@click.argument("name")
@click.option("--default/--not-default", default=False, help="Its rules hold where no other does.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="congvu", show_default=True)
@click.pass_obj
def add(session: Session, name: str, preset: str, *, default: bool) -> None:
    """Add a mail domain with a ready address policy."""
    basis = Basis(f"domain {name}")
    with session.services.database.transaction() as database:
        row = open_domain(
            database,
            session.actor,
            name,
            PRESETS[preset],
            is_default=default,
            now=session.services.clock(),
            basis=basis,
        )
    _warn(PRESETS[preset])
    click.echo(f"{row.name} added")


def _warn(preset: Preset) -> None:
    for warning in warnings(preset.policy):
        click.secho(f"{warning.message.vi}\n{warning.message.en} ({warning.code})", fg="yellow")


@domain.command("policy")
@click.argument("name")
@click.option("--preset", type=click.Choice(list(PRESETS)), required=True)
@click.option("--under", help="Agency code: rule this subtree only.")
@click.option("--reason", required=True, help="Shown in the audit trail.")
@click.pass_obj
def policy(session: Session, name: str, preset: str, under: str | None, reason: str) -> None:
    """Add a version of the rule for people. Addresses already given stay as they are."""
    chosen = PRESETS[preset]
    with session.services.database.transaction() as database:
        organisation = get_organisation_by_code(database, under) if under else None
        row = set_policy(
            database,
            session.actor,
            get_domain(database, name).id,
            chosen.policy,
            organisation_id=organisation.id if organisation else None,
            preset=preset,
            now=session.services.clock(),
            basis=Basis(reason, chosen.decision),
        )
    _warn(chosen)
    click.echo(f"version {row.version} in force")


@domain.command("presets")
def presets() -> None:
    """Ready address policies and the decisions they follow."""
    for preset in PRESETS.values():
        click.secho(f"{preset.code}  {preset.decision or ''}", bold=True)
        click.echo(f"  {preset.title.vi}\n  {preset.title.en}")
        for step in preset.policy.pattern_steps():
            click.echo(f"    {step.pattern}")
        _warn(preset)


@domain.command("list")
@as_json
@click.pass_obj
def list_all(session: Session, *, as_json: bool) -> None:
    """Domains and the rules in force."""
    with session.services.database.transaction() as database:
        domains, policies = list_domains(database), latest_policies(database)
    found = [
        {
            "name": row.name,
            "default": row.is_default,
            "policies": [
                {
                    "subject": rule.subject.value,
                    "organisation_id": rule.organisation_id,
                    "version": rule.version,
                    "preset": rule.preset,
                    "steps": rule.steps,
                }
                for rule in policies
                if rule.domain_id == row.id
            ],
        }
        for row in domains
    ]
    if as_json:
        answer(found)
        return
    for row in domains:
        click.secho(f"{row.name}{'  (default)' if row.is_default else ''}", bold=True)
        for rule in policies:
            if rule.domain_id == row.id and rule.subject is PolicySubject.PERSON:
                patterns = " → ".join(step.get("pattern", "ask") for step in rule.steps)
                click.echo(f"  {rule.preset or 'own'} version {rule.version}: {patterns}")


@domain.command("reserve")
@click.argument("address")
@click.option("--reason", required=True, help="Shown in the audit trail.")
@click.pass_obj
def reserve(session: Session, address: str, reason: str) -> None:
    """Keep ADDRESS free for good: nobody will ever get it."""
    local_part, _, name = address.lower().rpartition("@")
    if not WRITABLE.fullmatch(local_part):
        raise click.BadParameter("an address is like ten@backan.gov.vn", param_hint="ADDRESS")
    services = session.services
    with services.database.transaction() as database:
        row: MailDomain = get_domain(database, name)
        reserve_address(
            database,
            session.actor,
            row,
            local_part,
            on=office_day(services.clock()),
            basis=Basis(reason),
        )
    click.echo(f"{address} reserved")
