"""Systems that hear who left, and couriers that tell them."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from congvu_sso import LogoutToken, Verifier
from entrypoints.wiring import Services
from kernel.jobs import connection_string
from kernel.notices import Notices
from kernel.outbound import Outbound, OutboundSettings
from sso.cas.single_logout import CasMessenger
from sso.logout.courier import DATABASE_GONE, Courier
from sso.logout.messengers import BackChannelMessenger
from sso.logout.models import LogoutDelivery, LogoutProtocol
from tests.support.registry import NOW
from tests.support.sign_on import Application, SignOnWorld

PATIENCE_SECONDS = 20.0
ATTEMPT_SECONDS = 5.0
LOOPBACK = OutboundSettings(allow_loopback_http=True, timeout_seconds=ATTEMPT_SECONDS)


class Receiver(ThreadingHTTPServer):
    """A system that is told who left. Answers with these statuses in turn, then with 200."""

    daemon_threads = True

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = deque(statuses)
        self.heard: Queue[str] = Queue()
        """Every body that arrived, whatever was answered."""
        self.opened: Queue[str] = Queue()
        """The addresses that browsers opened."""
        self.arrived = Event()
        self.awake = Event()
        """While it is not set, nobody gets an answer."""
        self.awake.set()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/backchannel"

    def next_token(self) -> str:
        """Of the next form that arrives, or arrived unnoticed."""
        form = parse_qs(self.heard.get(timeout=PATIENCE_SECONDS), strict_parsing=True)
        assert list(form) == ["logout_token"]
        (token,) = form["logout_token"]
        return token

    def next_ticket(self) -> str:
        """Of CAS, likewise: the session that is over."""
        form = parse_qs(self.heard.get(timeout=PATIENCE_SECONDS), strict_parsing=True)
        assert list(form) == ["logoutRequest"]
        (request,) = form["logoutRequest"]
        return request.partition("<samlp:SessionIndex>")[2].partition("<")[0]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # the library's name
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.server.heard.put(body)
        self.server.arrived.set()
        self.server.awake.wait(PATIENCE_SECONDS)
        status = self.server.statuses.popleft() if self.server.statuses else 200
        self.send_response(status)
        self.end_headers()

    def do_GET(self) -> None:
        self.server.opened.put(self.path)
        self.server.awake.wait(PATIENCE_SECONDS)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write("<title>Hệ thống</title>".encode())

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            return  # the courier no longer waits for the answer

    def log_message(self, *_: Any) -> None:
        """Silence."""


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    with Receiver(*statuses) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.awake.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def courier_for(services: Services, notices: Notices) -> Courier:
    sign_on, outbound, clock = services.sign_on, Outbound(LOOPBACK), services.clock
    openid = BackChannelMessenger(sign_on.minter, sign_on.claims, outbound, clock)
    cas = CasMessenger(services.database, sign_on.cas_tickets, outbound, clock)
    return Courier(
        services.database,
        sign_on.clients.get,
        {LogoutProtocol.OPENID: openid, LogoutProtocol.CAS: cas},
        notices,
        attempt_seconds=ATTEMPT_SECONDS,
    )


def _live(courier: Courier, stop: Event) -> None:
    """As in a worker: a lost connection is no reason to end."""
    while not stop.is_set():
        with contextlib.suppress(*DATABASE_GONE):
            courier.run_until(stop)


@dataclass
class Couriers:
    """Each in a thread with a connection of its own, until the test is over."""

    services: Services
    _pool: ThreadPoolExecutor = field(default_factory=ThreadPoolExecutor)
    _running: list[tuple[Event, Courier, Notices, Future[None]]] = field(default_factory=list)

    def start(self) -> None:
        notices = Notices(connection_string(self.services.settings.database.url))
        notices.start()
        courier, stop = courier_for(self.services, notices), Event()
        running = self._pool.submit(_live, courier, stop)
        self._running.append((stop, courier, notices, running))

    def stop(self) -> None:
        for stop, courier, _, _ in self._running:
            stop.set()
            courier.wake()
        for _, _, notices, running in self._running:
            running.result(PATIENCE_SECONDS)
            notices.stop()
        self._running.clear()


@pytest.fixture
def couriers(world: SignOnWorld) -> Iterator[Couriers]:
    couriers = Couriers(world.services)
    yield couriers
    couriers.stop()


def rows(world: SignOnWorld) -> list[LogoutDelivery]:
    with world.services.database.transaction() as session:
        return list(session.scalars(select(LogoutDelivery).order_by(LogoutDelivery.created_at)))


def only_row(world: SignOnWorld) -> LogoutDelivery:
    (row,) = rows(world)
    return row


def undelivered(world: SignOnWorld) -> int:
    with world.services.database.transaction() as session:
        statement = select(func.count()).where(LogoutDelivery.delivered_at.is_(None))
        return session.scalar(statement) or 0


def hasten(world: SignOnWorld) -> None:
    """As if every pause and every claim were over."""
    with world.services.database.transaction() as session:
        session.execute(text("UPDATE sso_logout_delivery SET due_at = now()"))
        notify(session)


def notify(session: Session) -> None:
    session.execute(text("NOTIFY congvu_logout"))


@pytest.fixture
def read_token(world: SignOnWorld) -> Callable[[str, Application], LogoutToken]:
    """Checks a logout token as the client library does it."""

    def read(token: str, app: Application) -> LogoutToken:
        with Verifier(
            world.services.sign_on.issuer,
            jwks_uri=f"{world.client.base_url}/oauth2/jwks",
            clock=NOW.timestamp,
        ) as verifier:
            return verifier.verify_logout_token(token, app.client_id)

    return read
