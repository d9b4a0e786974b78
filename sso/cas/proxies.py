"""Systems that ask others on behalf of a person: proxy-granting and proxy tickets (section 2.6).

A portal gets a granting ticket at its callback, and for it a ticket for each request that it
makes elsewhere. Whom a system is open to holds there too, whoever asks.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts.actors import account_actor
from kernel.clock import Clock, office_day
from kernel.database import Database
from kernel.errors import DomainError
from sso.cas import tickets
from sso.cas.errors import CasRefusal
from sso.cas.models import CasTicket, TicketKind
from sso.cas.services import find_service
from sso.cas.tickets import Tickets
from sso.claims.access import may_use
from sso.claims.subject import load_subject
from sso.claims.usernames import claim_username
from sso.clients.keys import Fetcher
from sso.clients.registry import Client, Clients
from sso.protocol.sign_on_records import record_entered
from sso.sessions.models import Participation
from sso.sessions.service import participate
from sso.settings import SignOnSettings

GRANTING_LIFETIME = timedelta(hours=8)
MOST_WAITING = 8
"""Threads for callbacks that are slow to answer, of the forty that answer people."""


class Proxies:
    def __init__(  # built once, in sso.assembly
        self,
        database: Database,
        clients: Callable[[], Clients],
        tickets_: Tickets,
        fetcher: Fetcher,
        settings: SignOnSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._tickets = tickets_
        self._fetcher = fetcher
        self._settings = settings
        self._clock = clock
        self._places = threading.BoundedSemaphore(MOST_WAITING)

    def grant(self, client: Client, used: CasTicket, callback: str) -> str:
        """Hand a proxy-granting ticket to the callback; its name for the answer.

        Raises CasRefusal. The callback must be the client's own and take the ticket over TLS.
        """
        owner = find_service(self._clients(), callback)
        if not client.description.cas_proxy or owner is None or owner.id != client.id:
            raise CasRefusal("UNAUTHORIZED_SERVICE_PROXY", "the service may not be a proxy")
        iou = f"PGTIOU-{secrets.token_hex(32)}"
        with self._place():
            text = self._new_granting(used, callback)
            try:
                self._fetcher.visit(callback, {"pgtId": text, "pgtIou": iou})
            except DomainError as error:
                sentence = "the callback cannot be reached"
                raise CasRefusal("INVALID_PROXY_CALLBACK", sentence) from error
        return iou

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Raises CasRefusal."""
        if not self._places.acquire(blocking=False):
            raise CasRefusal("INTERNAL_ERROR", "too many callbacks are slow to answer")
        try:
            yield
        finally:
            self._places.release()

    def _new_granting(self, used: CasTicket, callback: str) -> str:
        with self._database.transaction() as session:
            ticket = tickets.issue(
                session,
                TicketKind.PROXY_GRANTING,
                used.participation_id,
                callback,
                proxies=[callback, *used.proxies],
                lifetime=GRANTING_LIFETIME,
                now=self._clock(),
            )
            return self._tickets.text(ticket)

    def ticket(self, granting: str | None, target: str | None) -> str:
        """A proxy ticket for another service (section 2.7). Raises CasRefusal."""
        if not granting or not target:
            raise CasRefusal("INVALID_REQUEST", "pgt and targetService are needed")
        parsed = self._tickets.parse(granting)
        if parsed is None or parsed[0] is not TicketKind.PROXY_GRANTING:
            raise _unknown()
        client = find_service(self._clients(), target)
        if client is None:
            raise CasRefusal("UNAUTHORIZED_SERVICE", "the service is not registered")
        with self._database.transaction() as session:
            return self._tickets.text(self._issued(session, parsed[1], client, target))

    def _issued(
        self, session: Session, granting_id: UUID, client: Client, target: str
    ) -> CasTicket:
        """Raises CasRefusal."""
        now = self._clock()
        granting = tickets.find_granting(session, granting_id, now=now)
        if granting is None:
            raise _unknown()
        entered = session.get_one(Participation, granting.participation_id)
        return tickets.issue(
            session,
            TicketKind.PROXY,
            self._enter(session, entered, client, now),
            target,
            proxies=granting.proxies,
            lifetime=timedelta(seconds=self._settings.cas_ticket_seconds),
            now=now,
        )

    def _enter(
        self, session: Session, through: Participation, client: Client, now: datetime
    ) -> UUID:
        """As if the person went there themselves: what ends that ends the ticket. Its `sid`.

        Raises CasRefusal.
        """
        proxy = self._clients().by_id.get(through.client_id)
        if proxy is None or not proxy.description.cas_proxy:
            raise CasRefusal("UNAUTHORIZED_SERVICE", "the service may no longer be a proxy")
        subject = load_subject(session, through.account_id, office_day(now))
        if not may_use(session, client, subject):
            raise CasRefusal("UNAUTHORIZED_SERVICE", "the person may not use the service")
        if claim_username(session, client, subject):
            raise CasRefusal("UNAUTHORIZED_SERVICE", "the service calls somebody else so")
        account = subject.account
        sid = participate(session, through.session_id, client.id, account.id, now=now)
        record_entered(session, account_actor(account), client, account, sid)
        return sid


def _unknown() -> CasRefusal:
    return CasRefusal("INVALID_TICKET", "the ticket is unknown or expired")
