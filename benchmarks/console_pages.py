"""How long pages of the console take at the server, one after the other, in a large province."""

import argparse
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.support.importing import ACTOR, BASIS
from benchmarks.support.installation import Installation, installation
from benchmarks.support.usage_population import populate
from console.session.client import keep_console_client
from console.session.cookies import SESSION_COOKIE
from console.session.relying_party import CLIENT_ID
from console.session.service import begin
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountStatus
from identity.people.models import Person
from identity.roles.models import Role
from identity.roles.service import grant_role
from sso.clients.models import ClientRow
from sso.protocol.authorization import ACR_PASSWORD
from sso.sessions.service import Browser, participate, start_session

LIMIT_MILLISECONDS = 80.0
WARMING = 20
"""Requests before the counted ones."""
ORGANISATIONS = 1000
NAMES = """
UPDATE identity_person SET full_name = named.full_name, sort_key = named.key || identity_person.id,
    search_key = named.key, staff_number = 'BK' || named.number
FROM (
    SELECT id, number,
        (ARRAY['Nông', 'Hoàng', 'Triệu', 'Nguyễn', 'Lý', 'Bàn', 'Hà'])[1 + number % 7] || ' '
            || (ARRAY['Thị', 'Văn', 'Hồng', 'Minh'])[1 + number / 7 % 4] || ' '
            || (ARRAY['Nga', 'Bình', 'Mai', 'Sơn', 'Huệ'])[1 + number / 28 % 5] AS full_name,
        (ARRAY['nong', 'hoang', 'trieu', 'nguyen', 'ly', 'ban', 'ha'])[1 + number % 7] || ' '
            || (ARRAY['thi', 'van', 'hong', 'minh'])[1 + number / 7 % 4] || ' '
            || (ARRAY['nga', 'binh', 'mai', 'son', 'hue'])[1 + number / 28 % 5] AS key
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM identity_person) AS numbered
) AS named WHERE named.id = identity_person.id
"""
Addresses = Callable[[Session], Sequence[str]]


def people_pages(session: Session) -> Sequence[str]:
    """Of different people, so that none is warm."""
    ids = session.scalars(select(Person.id).order_by(Person.sort_key).limit(500))
    return [f"/quan-tri/can-bo/{person_id}" for person_id in ids]


def organisations(session: Session) -> Sequence[str]:
    ids = session.scalars(text("SELECT id FROM identity_organisation ORDER BY id LIMIT 100"))
    return [f"/quan-tri/can-bo?under={organisation_id}" for organisation_id in ids]


PAGES: dict[str, Addresses] = {
    "people: first page": lambda _: ["/quan-tri/can-bo"],
    "people: one letter": lambda _: ["/quan-tri/can-bo?q=a"],
    "people: two words": lambda _: [f"/quan-tri/can-bo?q={quote('hồng nga')}"],
    "people: nobody": lambda _: [f"/quan-tri/can-bo?q={quote('không ai cả')}"],
    "people: by status": lambda _: ["/quan-tri/can-bo?status=pending"],
    "people: appointed nowhere": lambda _: ["/quan-tri/can-bo?post=nowhere"],
    "people: concurrent": lambda _: ["/quan-tri/can-bo?post=concurrent"],
    "people: by organisation": organisations,
    "person": people_pages,
}
"""What is asked: a name to addresses that are taken in turn. Add the pages of a feature here."""


@dataclass(frozen=True, slots=True)
class Measurement:
    page: str
    requests: int
    median: float
    """Milliseconds."""
    p99: float


def measure(people: int, requests: int, folder: Path) -> list[Measurement]:
    with installation(folder, ("postgres",)) as place:
        services = place.services
        with services.engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            populate(
                connection,
                mailboxes=people * 20 // 19,  # the others are of organisations
                organisations=ORGANISATIONS,
                events_a_day=0,
            )
            connection.execute(text(NAMES))
        with services.engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            plain.execute(text("SET statement_timeout = 0"))
            plain.execute(text("VACUUM ANALYZE"))
            plain.execute(text("RESET statement_timeout"))
        keep_console_client(services.database, services.sign_on.issuer, services.clock())
        secret = _sign_in(services)
        with services.database.transaction() as session:
            addresses = {name: find(session) for name, find in PAGES.items()}
        with place.program("web"):
            return [
                _measure(place, secret, name, asked, requests) for name, asked in addresses.items()
            ]


def _sign_in(services: Services) -> str:
    """An administrator's session of the console."""
    now = services.clock()
    with services.database.transaction() as session:
        found = select(Account).where(
            Account.status == AccountStatus.ACTIVE, Account.person_id.is_not(None)
        )
        account = session.scalars(found.limit(1)).one()
        grant_role(session, ACTOR, account, Role.ADMINISTRATOR, now=now, basis=BASIS)
        started = start_session(
            session,
            account.id,
            acr=ACR_PASSWORD,
            amr=["pwd"],
            browser=Browser(None, None),
            settings=services.settings.sso,
            now=now,
        )
        client = session.scalars(select(ClientRow.id).where(ClientRow.client_id == CLIENT_ID)).one()
        sid = participate(session, started.id, client, account.id, now=now)
        return begin(session, sid, now=now)


def _measure(
    place: Installation, secret: str, name: str, addresses: Sequence[str], requests: int
) -> Measurement:
    connection = http.client.HTTPConnection("127.0.0.1", place.settings.web.port)
    headers = {"Cookie": f"{SESSION_COOKIE}={secret}", "Accept-Encoding": "gzip"}
    milliseconds = []
    for _, address in zip(range(WARMING + requests), cycle(addresses), strict=False):
        started = time.perf_counter()
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        response.read()
        milliseconds.append(1000 * (time.perf_counter() - started))
        assert response.status == http.HTTPStatus.OK, (address, response.status)
    connection.close()
    percentiles = statistics.quantiles(milliseconds[WARMING:], n=100)
    return Measurement(name, requests, percentiles[49], percentiles[98])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=300, help="for each page")
    parser.add_argument("--smoke", action="store_true", help="few of everything: does it run?")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    people, requests = (2000, 10) if options.smoke else (options.people, options.requests)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)  # the servers run as users of their own
        measured = measure(people, requests, Path(folder))
    if options.json:
        print(json.dumps([asdict(one) for one in measured]))
        return
    for one in measured:
        print(f"{one.page:28} median {one.median:6.1f} ms   p99 {one.p99:6.1f} ms")
    print(f"limit of p99: {LIMIT_MILLISECONDS:.0f} ms")


if __name__ == "__main__":
    main()
