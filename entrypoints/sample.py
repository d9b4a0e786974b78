"""The sample province, so that a new installation has something to show."""

from datetime import date, datetime, time
from pathlib import Path
from time import perf_counter

import click
from sqlalchemy import select

from entrypoints.home import CHECKOUT
from entrypoints.settings import Settings
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountKind
from identity.addresses.presets import PRESETS
from identity.addresses.service import add_domain, set_policy
from identity.directory.leader import leadership
from identity.hr_import.service import ImportOptions, apply_plan, make_plan, receive_file
from identity.organisations.models import Organisation
from identity.roles.models import Role
from identity.roles.service import grant_role
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import VIETNAM

PROVINCE = CHECKOUT / "sample" / "bac-kan"
DOMAIN = "backan.gov.vn"
ADMINISTRATOR = "nganth"
FOUNDED = date(2024, 6, 1)
"""The day that the sample list of officials bears."""
OPENED = datetime.combine(FOUNDED, time(8), VIETNAM)
"""Since when its mailboxes are there: those of yesterday would count in no usage rate yet."""


def provision_sample_if_empty(settings: Settings) -> None:
    """Organisations, organisation accounts and officials of the sample, unless there are any."""
    if not settings.sample.provision:
        return
    services = Services(settings)
    with services.database.transaction() as session:
        if session.scalar(select(Organisation.id).limit(1)) is not None:
            return
    click.echo("empty registry: provisioning the sample province")
    actor = Actor.system("sample province")
    _add_domain(services, actor)
    folder = settings.sample.folder or PROVINCE
    for name in ("organisations.csv", "organisation-accounts.csv", "hr.xlsx"):
        _import(services, actor, folder / name)
    _appoint_administrator(services, actor)
    _write_directory(services)


def _add_domain(services: Services, actor: Actor) -> None:
    basis = Basis("sample province")
    with services.database.transaction() as session:
        domain = add_domain(session, actor, DOMAIN, is_default=True, basis=basis)
        for code in ("congvu", "organisations"):
            set_policy(
                session,
                actor,
                domain.id,
                PRESETS[code].policy,
                organisation_id=None,
                preset=code,
                now=services.clock(),
                basis=basis,
            )


def _import(services: Services, actor: Actor, file: Path) -> None:
    started, now = perf_counter(), services.clock()
    with services.database.transaction() as session:
        plan = receive_file(
            session,
            services.importer,
            actor,
            file.read_bytes(),
            file.name,
            options=ImportOptions(as_of=FOUNDED),
            now=now,
        )
    plan = make_plan(services.database, services.importer, actor, plan.id, now=now)
    apply_plan(services.database, services.importer, actor, plan.id, now=OPENED)
    totals = ", ".join(f"{count} {name}" for name, count in plan.totals.items() if count)
    click.echo(f"  {file.name}: {totals} in {perf_counter() - started:.1f} s")


def _appoint_administrator(services: Services, actor: Actor) -> None:
    """Somebody has to be able to enter the console; of another sample the first by login."""
    with services.database.transaction() as session:
        people = select(Account).where(Account.kind == AccountKind.PERSONAL)
        order = (Account.login != ADMINISTRATOR, Account.login)
        account = session.scalar(people.order_by(*order).limit(1))
        if account is not None:
            grant_role(
                session,
                actor,
                account,
                Role.ADMINISTRATOR,
                now=services.clock(),
                basis=Basis("sample province"),
            )


def _write_directory(services: Services) -> None:
    """Once here, to show how long it takes; from then on the worker follows every change."""
    started = perf_counter()
    with services.directory() as directory, leadership(services.engine) as leader:
        if leader is None:  # a worker is faster
            return
        run = services.reconciler(directory).run(leader)
    seconds = perf_counter() - started
    click.echo(
        f"  directory: {run.written} entries in {seconds:.1f} s ({run.written / seconds:.0f}/s)"
    )
