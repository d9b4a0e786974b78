"""Is a ticket good, and whose? The answers of serviceValidate and proxyValidate (section 2.5)."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from kernel.clock import Clock, office_day
from kernel.database import Database
from kernel.errors import DomainError
from sso.cas import tickets
from sso.cas.models import CasTicket, TicketKind
from sso.cas.services import find_service
from sso.cas.tickets import Tickets
from sso.claims.subject import Claims, load_subject
from sso.claims.usernames import username_of
from sso.clients.registry import Client, Clients
from sso.sessions.models import Participation
from sso.settings import SignOnSettings

GRANTING_LIFETIME = timedelta(hours=8)


class Visitor(Protocol):
    """`kernel.outbound.Outbound`: a bounded request to a permitted address."""

    def visit(self, url: str, query: Mapping[str, str]) -> None: ...


class CasRefusal(Exception):
    """One of the codes of the protocol, section 2.5.3."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Validated:
    user: str
    attributes: Mapping[str, Any]
    proxies: Sequence[str] = ()
    granting_iou: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Parameters of a validation request."""

    service: str | None
    ticket: str | None
    callback: str | None = None
    renew: bool = False
    proxies_allowed: bool = False
    attributes_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    ticket: CasTicket
    client: Client
    user: str
    attributes: dict[str, Any] = field(default_factory=dict)


class CasValidator:
    def __init__(  # noqa: PLR0917  # built once, in sso.assembly
        self,
        database: Database,
        clients: Callable[[], Clients],
        claims: Claims,
        tickets_: Tickets,
        visitor: Visitor,
        settings: SignOnSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._claims = claims
        self._tickets = tickets_
        self._visitor = visitor
        self._settings = settings
        self._clock = clock

    def validate(self, question: Question) -> Validated:
        """The ticket is spent by it, whatever the answer. Raises CasRefusal."""
        if not question.service or not question.ticket:
            raise CasRefusal("INVALID_REQUEST", "service and ticket are needed")
        now = self._clock()
        parsed = self._tickets.parse(question.ticket)
        with self._database.transaction() as session:  # refusals inside would unspend the ticket
            ticket = tickets.consume(session, parsed[1], now=now) if parsed else None
            found = self._found(session, ticket, question, now) if ticket else None
        if ticket is None:
            raise CasRefusal("INVALID_TICKET", "the ticket is unknown, used or expired")
        self._check(ticket, question)
        if found is None:
            raise CasRefusal("INVALID_SERVICE", "the service is not registered")
        granting = self._granting(found, question, now) if question.callback else None
        return Validated(found.user, found.attributes, tuple(ticket.proxies), granting)

    @staticmethod
    def _check(ticket: CasTicket, question: Question) -> None:
        """Raises CasRefusal."""
        if ticket.service != question.service:
            raise CasRefusal("INVALID_SERVICE", "the ticket is for another service")
        if ticket.kind is TicketKind.PROXY_GRANTING or (
            ticket.kind is TicketKind.PROXY and not question.proxies_allowed
        ):
            raise CasRefusal("INVALID_TICKET_SPEC", "a ticket of this kind is not accepted here")
        if question.renew and not ticket.with_credentials:
            raise CasRefusal("INVALID_TICKET_SPEC", "the password was not asked for")

    def _found(
        self, session: Session, ticket: CasTicket, question: Question, now: datetime
    ) -> Found | None:
        participation = session.get_one(Participation, ticket.participation_id)
        client = find_service(self._clients(), ticket.service)
        if client is None:
            return None
        subject = load_subject(session, participation.account_id, office_day(now))
        user = username_of(session, client, subject)
        attributes: dict[str, Any] = {}
        if question.attributes_wanted:
            released = self._claims.released(session, client, subject, client.description.scope)
            attributes = {
                "authenticationDate": participation.started_at.isoformat(),
                "isFromNewLogin": ticket.with_credentials,
                "longTermAuthenticationRequestTokenUsed": False,
                **flattened(released),
            }
        return Found(ticket, client, user, attributes)

    def _granting(self, found: Found, question: Question, now: datetime) -> str:
        """Hand a proxy-granting ticket to the callback; its name for the answer.

        Raises CasRefusal. The callback must be the client's own and take the ticket over TLS.
        """
        callback = question.callback or ""
        owner = find_service(self._clients(), callback)
        if not found.client.description.cas_proxy or owner is None or owner.id != found.client.id:
            raise CasRefusal("UNAUTHORIZED_SERVICE_PROXY", "the service may not be a proxy")
        with self._database.transaction() as session:
            ticket = tickets.issue(
                session,
                TicketKind.PROXY_GRANTING,
                found.ticket.participation_id,
                callback,
                proxies=[callback, *found.ticket.proxies],
                lifetime=GRANTING_LIFETIME,
                now=now,
            )
            text = self._tickets.text(ticket)
        iou = f"PGTIOU-{secrets.token_hex(32)}"
        try:
            self._visitor.visit(callback, {"pgtId": text, "pgtIou": iou})
        except DomainError as error:
            raise CasRefusal("INVALID_PROXY_CALLBACK", "the callback cannot be reached") from error
        return iou

    def proxy(self, granting: str | None, target: str | None) -> str:
        """A proxy ticket for another service (section 2.7). Raises CasRefusal."""
        if not granting or not target:
            raise CasRefusal("INVALID_REQUEST", "pgt and targetService are needed")
        now = self._clock()
        parsed = self._tickets.parse(granting)
        if parsed is None or parsed[0] is not TicketKind.PROXY_GRANTING:
            raise CasRefusal("INVALID_TICKET", "the ticket is unknown or expired")
        if find_service(self._clients(), target) is None:
            raise CasRefusal("UNAUTHORIZED_SERVICE", "the service is not registered")
        with self._database.transaction() as session:
            ticket = tickets.find_granting(session, parsed[1], now=now)
            if ticket is None:
                raise CasRefusal("INVALID_TICKET", "the ticket is unknown or expired")
            issued = tickets.issue(
                session,
                TicketKind.PROXY,
                ticket.participation_id,
                target,
                proxies=ticket.proxies,
                lifetime=timedelta(seconds=self._settings.cas_ticket_seconds),
                now=now,
            )
            return self._tickets.text(issued)


def flattened(claims: Mapping[str, Any]) -> dict[str, Any]:
    """CAS attributes have no structure: `organisation` becomes `organisation_code` and so on."""
    flat: dict[str, Any] = {}
    for name, value in claims.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{part}": inner for part, inner in value.items() if inner is not None}
        elif name == "appointments":
            flat["position"] = [item["position"] for item in value if item["position"]]
            flat["position_organisation_code"] = [
                code for item in value if (code := item["organisation"]["code"])
            ]
        else:
            flat[name] = value
    return flat
