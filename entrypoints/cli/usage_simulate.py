from datetime import datetime

import click

from entrypoints.cli.session import Session
from entrypoints.simulation.service import Simulation
from kernel.clock import office_day

MONTH = click.DateTime(["%Y-%m"])


@click.command("simulate")
@click.option("--month", type=MONTH, help="Such as 2026-11; the present one by default.")
@click.option("--people", default=12, show_default=True, type=click.IntRange(2, 200))
@click.option("--seed", default="bac-kan", show_default=True, help="Another one, another month.")
@click.pass_obj
def simulate(session: Session, month: datetime | None, people: int, seed: str) -> None:
    """Fill a month of the sample province: mail really sent and read, and counts for the rest.

    PEOPLE write to each other through the mail servers, today; what all others did is drawn and
    imported. Only for a trial installation by script/server.
    """
    services = session.services
    first = (month.date() if month else office_day(services.clock())).replace(day=1)
    outcome = Simulation(services, session.actor, click.echo).run(first, people, seed)
    click.echo(
        f"{outcome.mailboxes:,} mailboxes; now: congvu usage report --month {outcome.month:%Y-%m}"
    )
