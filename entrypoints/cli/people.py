from uuid import UUID

import click
from sqlalchemy import select

from entrypoints.cli.session import Session, answer, as_json, folding_table
from identity.accounts.models import Account
from identity.names.search import matches
from identity.people.models import Person
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
    """Search by part of the name; tone marks are optional. Shows unit and title: names repeat."""
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
