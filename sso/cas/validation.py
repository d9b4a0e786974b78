"""Is a ticket good, and whose? The answers of serviceValidate and proxyValidate (section 2.5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kernel.clock import Clock, office_day
from kernel.database import Database
from sso.cas import tickets
from sso.cas.errors import CasRefusal
from sso.cas.models import CasTicket, TicketKind
from sso.cas.proxies import Proxies
from sso.cas.services import find_service
from sso.cas.tickets import Tickets
from sso.claims.subject import Claims, load_subject
from sso.claims.usernames import username_of
from sso.clients.errors import UsernameTaken
from sso.clients.registry import Client, Clients
from sso.sessions.models import Participation, SignOnSession


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
    client: Client
    user: str
    attributes: dict[str, Any] = field(default_factory=dict)


class CasValidator:
    def __init__(  # built once, in sso.assembly
        self,
        database: Database,
        clients: Callable[[], Clients],
        claims: Claims,
        tickets_: Tickets,
        proxies: Proxies,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._claims = claims
        self._tickets = tickets_
        self._proxies = proxies
        self._clock = clock

    def validate(self, question: Question) -> Validated:
        """The ticket is spent by it, whatever the answer. Raises CasRefusal."""
        if not question.service or not question.ticket:
            raise CasRefusal("INVALID_REQUEST", "service and ticket are needed")
        now = self._clock()
        parsed = self._tickets.parse(question.ticket)
        with self._database.transaction() as session:  # a refusal inside would unspend the ticket
            ticket = tickets.consume(session, parsed[1], now=now) if parsed else None
        if ticket is None:
            raise CasRefusal("INVALID_TICKET", "the ticket is unknown, used or expired")
        self._check(ticket, question)
        with self._database.transaction() as session:
            found = self._found(session, ticket, question, now)
        granting = None
        if question.callback:
            granting = self._proxies.grant(found.client, ticket, question.callback)
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
    ) -> Found:
        """Raises CasRefusal."""
        participation = session.get_one(Participation, ticket.participation_id)
        client = find_service(self._clients(), ticket.service)
        if client is None:
            raise CasRefusal("INVALID_SERVICE", "the service is not registered")
        subject = load_subject(session, participation.account_id, office_day(now))
        try:
            user = username_of(session, client, subject)
        except UsernameTaken as error:  # mapped by an administrator since the ticket was issued
            raise CasRefusal("INTERNAL_ERROR", error.message.en) from error
        attributes: dict[str, Any] = {}
        if question.attributes_wanted:
            released = self._claims.released(session, client, subject, client.description.scope)
            signed_in = session.get_one(SignOnSession, participation.session_id)
            attributes = {
                "authenticationDate": signed_in.authenticated_at.isoformat(),
                "isFromNewLogin": ticket.with_credentials,
                "longTermAuthenticationRequestTokenUsed": False,
                **flattened(released),
            }
        return Found(client, user, attributes)


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
