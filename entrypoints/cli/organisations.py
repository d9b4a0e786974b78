from datetime import datetime

import click
from rich.tree import Tree
from sqlalchemy import select

from entrypoints.cli.session import DAY, Session, answer, as_json
from identity.names.search import matches
from identity.organisations import queries
from identity.organisations.models import Organisation, OrganisationPeriod
from identity.people.queries import list_members_on
from kernel.clock import office_day


@click.group()
def organisation() -> None:
    """The tree of agencies and units."""


@organisation.command("tree")
@click.option("--on", type=DAY, help="As it was that day.")
@click.option("--depth", default=2, show_default=True, type=click.IntRange(1, 20))
@as_json
@click.pass_obj
def tree(session: Session, on: datetime | None, depth: int, *, as_json: bool) -> None:
    """Print the tree, today or on a past day."""
    day = on.date() if on else office_day(session.services.clock())
    with session.services.database.transaction() as database:
        periods = queries.list_tree_on(database, day)
    if as_json:
        answer(
            [
                {
                    "id": period.organisation_id,
                    "parent_id": period.parent_id,
                    "name": period.name,
                    "kind": period.kind.value,
                }
                for period in periods
            ]
        )
        return
    root = Tree(f"{day:%d/%m/%Y}: {len(periods)}", hide_root=False)
    _grow(root, None, periods, depth)
    session.console.print(root)


def _grow(branch: Tree, parent: object, periods: list[OrganisationPeriod], depth: int) -> None:
    for period in sorted(periods, key=lambda period: period.name):
        if period.parent_id == parent and depth:
            _grow(branch.add(period.name), period.organisation_id, periods, depth - 1)


@organisation.command("find")
@click.argument("text")
@as_json
@click.pass_obj
def find(session: Session, text: str, *, as_json: bool) -> None:
    """Search by words of the name; tone marks are optional."""
    found = matches(Organisation.search_key, text)
    statement = select(Organisation).where(found).order_by(Organisation.name).limit(200)
    with session.services.database.transaction() as database:
        rows = list(database.scalars(statement))
        codes = queries.current_codes(database, [row.id for row in rows])
    if as_json:
        answer([{"id": row.id, "code": codes.get(row.id), "name": row.name} for row in rows])
        return
    for row in rows:
        click.echo(f"{codes.get(row.id, ''):20} {row.name}")


@organisation.command("members")
@click.argument("code")
@click.option("--on", type=DAY, help="As it was that day.")
@as_json
@click.pass_obj
def members(session: Session, code: str, on: datetime | None, *, as_json: bool) -> None:
    """Who was appointed to an organisation, today or on a past day."""
    day = on.date() if on else office_day(session.services.clock())
    with session.services.database.transaction() as database:
        row = queries.get_organisation_by_code(database, code)
        people = list_members_on(database, row.id, day)
    if as_json:
        answer([{"id": person.id, "full_name": person.full_name} for person in people])
        return
    click.secho(f"{row.name}: {len(people)}", bold=True)
    for person in people:
        click.echo(f"  {person.staff_number or '':10} {person.full_name}")
