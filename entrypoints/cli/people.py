from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session as DatabaseSession

from entrypoints.cli.session import (
    DAY,
    Session,
    answer,
    as_json,
    basis_of,
    folding_table,
    with_basis,
)
from identity.accounts.models import Account
from identity.accounts.queries import get_account_by_login
from identity.names.search import matches
from identity.people import leaves as leaves_service
from identity.people.errors import LeaveNotFound, PersonNotFound
from identity.people.models import LeaveKind, Person
from identity.people.queries import appointments_on
from identity.people.resealing import reseal_batch
from identity.people.service import PersonAuditTag
from kernel import audit
from kernel.audit import Basis
from kernel.clock import office_day

BATCH = 1000


@click.group()
def person() -> None:
    """Officials and workers."""


@person.command("reseal")
@click.pass_obj
def reseal(session: Session) -> None:
    """Seal all citizen numbers with the active key; then older keys may leave the ring."""
    services, last, count = session.services, UUID(int=0), 0
    while True:
        with services.database.transaction() as database:
            ids = reseal_batch(database, services.citizen_numbers, last, BATCH)
        if not ids:
            break
        last, count = ids[-1], count + len(ids)
    with services.database.transaction() as database:
        basis = Basis(f"active key {services.settings.encryption.active_key}")
        tag = PersonAuditTag.CITIZEN_NUMBERS_RESEALED
        audit.record(database, session.actor, tag, None, basis, count=count)
    click.echo(f"{count} citizen numbers are sealed with {services.settings.encryption.active_key}")


@person.command("find")
@click.argument("text")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@as_json
@click.pass_obj
def find(session: Session, text: str, limit: int, *, as_json: bool) -> None:
    """Search by words of the name; tone marks are optional. Shows unit and title: names repeat."""
    day = office_day(session.services.clock())
    statement = (
        select(Person, Account.login, Account.status)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(matches(Person.search_key, text))
        .order_by(Person.sort_key, Person.id)
        .limit(limit)
    )
    with session.services.database.transaction() as database:
        rows = list(database.execute(statement))
        held = appointments_on(database, [row[0].id for row in rows], day)
    found = [
        {
            "id": person.id,
            "full_name": person.full_name,
            "staff_number": person.staff_number,
            "organisation": next((item[1].name for item in held.get(person.id, [])), None),
            "position": next((item[0].position for item in held.get(person.id, [])), None),
            "login": login,
            "status": status and status.value,
        }
        for person, login, status in rows
    ]
    if as_json:
        answer(found)
        return
    table = folding_table("name", "position", "organisation", "login", "status")
    for item in found:
        table.add_row(
            *(str(item[key] or "") for key in ("full_name", "position", "organisation", "login")),
            str(item["status"] or ""),
        )
    session.console.print(table)


def _person_of(database: DatabaseSession, login: str) -> UUID:
    """Raises AccountNotFound, PersonNotFound."""
    person_id = get_account_by_login(database, login).person_id
    if person_id is None:
        raise PersonNotFound(login)
    return person_id


@person.command("leave")
@click.argument("login")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in LeaveKind]))
@click.option("--from", "first", required=True, type=DAY, help="First day away.")
@click.option("--to", "last", type=DAY, help="Last day away, if known.")
@with_basis
@click.pass_obj
def leave(
    session: Session, /, login: str, kind: str, first: datetime, last: datetime | None, **why: Any
) -> None:
    """Register a leave: its days do not count as service of the mailbox."""
    until = None if last is None else last.date() + timedelta(days=1)
    form = leaves_service.LeaveForm(LeaveKind(kind), first.date(), until)
    with session.services.database.transaction() as database:
        person_id = _person_of(database, login)
        leaves_service.register_leave(database, session.actor, person_id, form, basis=basis_of(why))
    click.echo(f"{login} {kind} from {form.valid_from}")


@person.command("leaves")
@click.argument("login")
@as_json
@click.pass_obj
def leaves(session: Session, login: str, *, as_json: bool) -> None:
    """Leaves of a person, the latest first."""
    with session.services.database.transaction() as database:
        rows = leaves_service.list_leaves(database, _person_of(database, login))
    found = [
        {
            "id": row.id,
            "kind": row.kind.value,
            "first_day": row.valid_from,
            "last_day": row.valid_to and row.valid_to - timedelta(days=1),
            "document_number": row.document_number,
        }
        for row in rows
    ]
    if as_json:
        answer(found)
        return
    table = folding_table("kind", "first day", "last day", "document")
    for item in found:
        table.add_row(
            *(str(item[key] or "") for key in ("kind", "first_day", "last_day", "document_number"))
        )
    session.console.print(table)


@person.command("end-leave")
@click.argument("login")
@click.option("--on", "day", required=True, type=DAY, help="First day back at work.")
@with_basis
@click.pass_obj
def end_leave(session: Session, /, login: str, day: datetime, **why: Any) -> None:
    """End the latest leave of a person, sooner or later than was registered."""
    with session.services.database.transaction() as database:
        found = leaves_service.list_leaves(database, _person_of(database, login))
        if not found:
            raise LeaveNotFound
        leaves_service.end_leave(
            database, session.actor, found[0].id, on=day.date(), basis=basis_of(why)
        )
    click.echo(f"{login} back on {day.date()}")
