"""Tells clients that somebody left, in a worker: soon after the commit, and until they accept.

A row is claimed for a while, delivered outside any transaction, then settled. Whoever dies in
between leaves a claim that runs out, so a client may hear twice but never not at all.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from kernel.database import Database, DatabaseUnavailable
from kernel.errors import Unavailable
from kernel.notices import Notices
from kernel.outbound import OutboundRefused, OutboundUnavailable
from sso.clients.registry import Client, Clients
from sso.logout import deliveries
from sso.logout.deliveries import Claimed, Listener
from sso.logout.messengers import Messenger, NothingToTell
from sso.logout.models import LogoutProtocol

CHANNEL = "congvu_logout"
"""Triggers notify it when a participation ends (migration 0006)."""
IDLE_SECONDS = 1.0
"""Longest sleep: attempts fall due and claims run out without a notice."""
MOST_LANES = 24
"""Conversations at once: threads that mostly wait."""
MOST_FOR_ONE = 4
"""Lanes for one listener, so that one that hangs leaves lanes to the others."""
BATCH = 10
"""Rows that a lane claims at once and delivers one after another."""
MARGIN_SECONDS = 10.0
"""On top of the longest time that a batch can take."""
BAD_REQUEST = 400
MOST_REFUSALS = 9
"""Answers 400 until we believe the client: some four minutes, in which it may learn a new key."""
DATABASE_GONE = (DBAPIError, NoConnectionFree, DatabaseUnavailable)

log = structlog.get_logger("logout")


@dataclass(frozen=True, slots=True)
class Failure:
    code: str
    final: bool = False
    """Trying again would change nothing."""
    silent: bool = False
    """It would be no different for anything else that this listener has to hear."""
    refused: bool = False
    """The client understood it and said no."""


class Courier:
    """Several side by side share the work, each row is claimed by one of them."""

    def __init__(
        self,
        database: Database,
        clients: Callable[[], Clients],
        messengers: Mapping[LogoutProtocol, Messenger],
        notices: Notices,
        *,
        attempt_seconds: float,
    ) -> None:
        """`attempt_seconds` is the longest time that a messenger takes."""
        self._database = database
        self._clients = clients
        self._messengers = messengers
        self._lease_seconds = BATCH * attempt_seconds + MARGIN_SECONDS
        self._lanes: list[tuple[Listener, Future[None]]] = []
        self._wake = Event()
        notices.subscribe(CHANNEL, lambda _: self.wake())

    def wake(self) -> None:
        """Look at once for what is due, and whether to stop."""
        self._wake.set()

    def run_until(self, stop: Event) -> None:
        """Raises one of DATABASE_GONE; may be called again."""
        with ThreadPoolExecutor(MOST_LANES, "logout") as pool:
            while not stop.is_set():
                self._wake.clear()
                self._open_lanes(pool, stop)
                self._wake.wait(IDLE_SECONDS)

    def _open_lanes(self, pool: ThreadPoolExecutor, stop: Event) -> None:
        for _, lane in self._lanes:
            if lane.done():
                lane.result()  # raises what nobody foresaw
        self._lanes = [(listener, lane) for listener, lane in self._lanes if not lane.done()]
        with self._database.transaction() as session:
            due = deliveries.due_listeners(session)
        busy = Counter(listener for listener, _ in self._lanes)
        for listener in _wanted(due, busy):
            if len(self._lanes) == MOST_LANES:
                return
            lane = pool.submit(self._serve, listener, stop)
            lane.add_done_callback(lambda _: self._wake.set())
            self._lanes.append((listener, lane))

    def _serve(self, listener: Listener, stop: Event) -> None:
        """A lane: everything that is due to one listener, until it no longer answers."""
        try:
            while not stop.is_set():
                with self._database.transaction() as session:
                    batch = deliveries.claim(
                        session, listener, most=BATCH, lease_seconds=self._lease_seconds
                    )
                if not batch or not self._deliver_all(listener, batch, stop):
                    return
        except DATABASE_GONE:
            log.warning("database-unavailable", part="logout")  # claims run out by themselves

    def _deliver_all(self, listener: Listener, batch: list[Claimed], stop: Event) -> bool:
        """False when there is no use in going on."""
        client = self._clients().by_id.get(listener.client_id)
        for place, delivery in enumerate(batch):
            rest = [other.id for other in batch[place + 1 :]]
            failure = self._attempt(client, delivery)
            self._record(listener, delivery, failure, rest)
            if failure is not None and failure.silent:
                return False
            if stop.is_set():
                with self._database.transaction() as session:
                    deliveries.release(session, rest)
                return False
        return True

    def _attempt(self, client: Client | None, delivery: Claimed) -> Failure | None:
        """None when the client accepted it."""
        messenger = self._messengers.get(delivery.protocol)
        if client is None or messenger is None:
            return Failure("client-disabled" if client is None else "protocol-unknown", silent=True)
        try:
            messenger(client, delivery.farewell)
        except OutboundUnavailable as error:
            return _unavailable(error, delivery.refusals)
        except (OutboundRefused, NothingToTell) as error:
            return Failure(error.code, final=True)
        except Unavailable as error:
            return Failure(error.code, silent=True)
        except DATABASE_GONE:
            raise
        except Exception as error:  # noqa: BLE001  # one bad row must not hold up all others
            return Failure(type(error).__name__)
        return None

    def _record(
        self, listener: Listener, delivery: Claimed, failure: Failure | None, rest: list[UUID]
    ) -> None:
        with self._database.transaction() as session:
            if failure is None:
                deliveries.settle(session, delivery.id)
                return
            deliveries.put_off(
                session,
                [delivery.id],
                failure.code,
                final=failure.final,
                refused=failure.refused,
            )
            if failure.silent:
                deliveries.put_off(session, rest, failure.code)
                deliveries.put_off_listener(session, listener)
        client, host = str(listener.client_id), listener.host
        log.warning("logout-undelivered", client=client, host=host, code=failure.code)


def _unavailable(error: OutboundUnavailable, refusals: int) -> Failure:
    """`refusals` came before: what was not answered at all is no opinion of the client."""
    if error.status is None:
        return Failure(error.code, silent=True)
    refused = error.status == BAD_REQUEST
    final = refused and refusals + 1 >= MOST_REFUSALS
    return Failure(f"status-{error.status}", final=final, refused=refused)


def _wanted(due: Mapping[Listener, int], busy: Counter[Listener]) -> Iterator[Listener]:
    """A first lane for everybody, then further ones for those who have more to hear."""
    for number in range(MOST_FOR_ONE):
        for listener, count in due.items():
            if busy[listener] + number < MOST_FOR_ONE and count > number * BATCH:
                yield listener
