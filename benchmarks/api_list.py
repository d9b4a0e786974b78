"""Latency of a page of 50 people over HTTP, one request after the other, in a large province."""

import argparse
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from benchmarks.support.importing import ACTOR, found_province, import_file
from benchmarks.support.installation import Installation, installation
from benchmarks.support.people import write_people
from entrypoints.wiring import Services
from identity.organisations.models import AgencyCode
from identity.people.models import Person
from kernel import api_tokens
from kernel.access import Permission

LIMIT_MILLISECONDS = 50.0
WARMING = 20
"""Requests before the counted ones."""


@dataclass(frozen=True, slots=True)
class Measurement:
    query: str
    requests: int
    median: float
    """Milliseconds."""
    p99: float


def measure(people: int, requests: int, folder: Path) -> list[Measurement]:
    sheet = folder / "people.xlsx"
    write_people(sheet, people)
    with installation(folder, ("postgres",)) as place:
        found_province(place.services)
        import_file(place.services, sheet)
        token = _token(place.services)
        with place.program("web"):
            return [
                _measure_query(place, token, name, query, requests)
                for name, query in _queries(place.services).items()
            ]


def _token(services: Services) -> str:
    now = services.clock()
    with services.database.transaction() as session:
        _, secret = api_tokens.create_token(
            session,
            ACTOR,
            name="benchmark",
            permissions=[Permission.READ_PEOPLE],
            expires_at=now + timedelta(hours=1),
            now=now,
        )
    return secret


def _queries(services: Services) -> dict[str, dict[str, str]]:
    """Usual questions, and those that could be slow: rare and frequent words, all of a province."""
    with services.database.transaction() as session:
        codes = select(AgencyCode.canonical, AgencyCode.organisation_id)
        ids = {code: str(identifier) for code, identifier in session.execute(codes)}
        people = session.scalar(select(func.count()).select_from(Person)) or 0
        middle = session.scalars(
            select(Person.search_key).order_by(Person.sort_key).offset(people // 2).limit(1)
        ).one()
    department = next(code for code in sorted(ids) if code.count(".") == 1)
    return {
        "first page": {},
        "q of one letter": {"q": "a"},
        "q of a frequent word": {"q": "thị"},
        "q of a whole name": {"q": middle},
        "q of nobody": {"q": "không ai cả"},
        "under the province": {"under": ids["H03"]},
        "under a department": {"under": ids[department]},
        "under the province, q": {"under": ids["H03"], "q": "hồng nga"},
    }


def _measure_query(
    place: Installation, token: str, name: str, query: dict[str, str], requests: int
) -> Measurement:
    """Each request asks for the page after the one before, from the first again at the end."""
    connection = http.client.HTTPConnection("127.0.0.1", place.settings.web.port)
    milliseconds, cursor = [], None
    for _ in range(WARMING + requests):
        page = {**query, "limit": "50", **({"cursor": cursor} if cursor else {})}
        started = time.perf_counter()
        connection.request(
            "GET",
            f"/api/v1/people?{urlencode(page)}",
            headers={"Authorization": f"Bearer {token}"},
        )
        response = connection.getresponse()
        body = response.read()
        milliseconds.append(1000 * (time.perf_counter() - started))
        assert response.status == http.HTTPStatus.OK, body
        cursor = json.loads(body)["next_cursor"]
    connection.close()
    percentiles = statistics.quantiles(milliseconds[WARMING:], n=100)
    return Measurement(name, requests, percentiles[49], percentiles[98])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=300, help="for each query")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)  # the servers run as users of their own
        measured = measure(options.people, options.requests, Path(folder))
    if options.json:
        print(json.dumps([asdict(one) for one in measured]))
        return
    for one in measured:
        print(f"{one.query:24} median {one.median:6.1f} ms   p99 {one.p99:6.1f} ms")
    print(f"limit of p99: {LIMIT_MILLISECONDS:.0f} ms")


if __name__ == "__main__":
    main()
