"""Server time of pages: one request after the other over one connection."""

import http.client
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from benchmarks.support.console_addresses import PAGES
from benchmarks.support.installation import Installation
from benchmarks.support.report import Row, Section, Verdict
from console.session.cookies import SESSION_COOKIE

LIMIT_MILLISECONDS = 80.0
WARMING = 20
"""Requests before the counted ones, at most as many as are counted."""
LOOP = "(the host: a loop of {} ms)"
LOOPS_MILLISECONDS = (15, 30, 60)
"""As long as light, middling and heavy pages take."""


@dataclass(frozen=True, slots=True)
class Asking:
    rounds: int
    requests: int
    """To each page in each round."""
    pages: Sequence[str] = ()
    """Parts of the names of those that are asked for; all if there are none."""

    def is_asked_for(self, name: str) -> bool:
        return not self.pages or any(part in name for part in self.pages)


def server_section(ours: Installation, secret: str, asking: Asking, *, people: int) -> Section:
    """Median and p99 of each round; of the rounds the one in the middle, and the slowest.

    Beside the pages loops that only count: how much longer the slowest ones take is the host's. A
    host that takes a processor away for 30 ms once a second does so more often in a longer page.
    """
    with ours.services.database.transaction() as session:
        asked = {name: find(session) for name, find in PAGES.items() if asking.is_asked_for(name)}
    taken: dict[str, list[list[float]]] = {name: [] for name in asked}
    loops: dict[int, list[list[float]]] = {length: [] for length in LOOPS_MILLISECONDS}
    steps = _steps_of_a_millisecond()
    for _ in range(asking.rounds):
        for name, addresses in asked.items():
            taken[name].append(_ask(ours, secret, addresses, asking.requests))
        for length, found in loops.items():
            found.append([_loop(length * steps) for _ in range(asking.requests)])
    rows = [_row(name, found) for name, found in taken.items()]
    verdicts = [
        Verdict(f"{row.side}: p99, ms", row.figures["p99 ms"], LIMIT_MILLISECONDS, at_least=False)
        for row in rows
    ]
    title = (
        f"Pages at the server: {people:,} people,"
        f" {asking.rounds} rounds of {asking.requests} requests each"
    )
    host = [_row(LOOP.format(length), found) for length, found in loops.items()]
    return Section("server", title, [*host, *rows], verdicts)


def _loop(steps: int) -> float:
    began = time.perf_counter()
    for _ in range(steps):
        pass
    return 1000 * (time.perf_counter() - began)


def _steps_of_a_millisecond() -> int:
    """How often to count."""
    tried = 1_000_000
    return int(tried / min(_loop(tried) for _ in range(5)))


def _ask(ours: Installation, secret: str, addresses: Sequence[str], requests: int) -> list[float]:
    """Milliseconds of each request but those that warm up."""
    connection = http.client.HTTPConnection("127.0.0.1", ours.settings.web.port)
    headers = {"Cookie": f"{SESSION_COOKIE}={secret}", "Accept-Encoding": "gzip"}
    warming = min(WARMING, requests)
    found = []
    for address in islice(cycle(addresses), warming + requests):
        began = time.perf_counter()
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        response.read()
        found.append(1000 * (time.perf_counter() - began))
        assert response.status == http.HTTPStatus.OK, (address, response.status)
    connection.close()
    return found[warming:]


def _row(name: str, rounds: Sequence[Sequence[float]]) -> Row:
    percentiles = [statistics.quantiles(one, n=100) for one in rounds]
    p99 = [one[98] for one in percentiles]
    return Row(
        name,
        {
            "median ms": statistics.median(one[49] for one in percentiles),
            "p99 ms": statistics.median(p99),
            "best p99 ms": min(p99),
            "worst p99 ms": max(p99),
        },
    )
