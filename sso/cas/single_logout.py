"""Single logout of CAS (section 2.3.3): the service hears the ticket that it was entered with."""

from collections.abc import Mapping
from typing import Protocol
from uuid import uuid4
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from sqlalchemy import select

from kernel.clock import Clock
from kernel.database import Database
from sso.cas.models import CasTicket, TicketKind
from sso.cas.tickets import Tickets
from sso.clients.registry import Client
from sso.logout.messengers import Farewell

SAML, SAMLP = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
MOST_TICKETS = 20
"""Of one participation, the latest: each is a session of the application."""

register_namespace("saml", SAML)
register_namespace("samlp", SAMLP)


class Poster(Protocol):
    def post_form(self, url: str, data: Mapping[str, str]) -> None: ...


class CasMessenger:
    """Raises what the poster raises."""

    def __init__(
        self, database: Database, cas_tickets: Tickets, poster: Poster, clock: Clock
    ) -> None:
        self._database = database
        self._tickets = cas_tickets
        self._poster = poster
        self._clock = clock

    def __call__(self, client: Client, farewell: Farewell) -> None:
        del client  # each ticket names the address that it was for
        statement = (
            select(CasTicket)
            .where(
                CasTicket.participation_id == farewell.participation_id,
                CasTicket.kind == TicketKind.SERVICE,
                CasTicket.consumed_at.is_not(None),
            )
            .order_by(CasTicket.issued_at.desc())
            .limit(MOST_TICKETS)
        )
        with self._database.transaction() as session:
            used = list(session.scalars(statement))
        for ticket in used:
            request = self._request(self._tickets.text(ticket))
            self._poster.post_form(ticket.service, {"logoutRequest": request})

    def _request(self, ticket: str) -> str:
        moment = self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")
        attributes = {"ID": f"LR-{uuid4().hex}", "Version": "2.0", "IssueInstant": moment}
        root = Element(f"{{{SAMLP}}}LogoutRequest", attributes)
        SubElement(root, f"{{{SAML}}}NameID").text = "@NOT_USED@"
        SubElement(root, f"{{{SAMLP}}}SessionIndex").text = ticket
        return tostring(root, encoding="unicode")
