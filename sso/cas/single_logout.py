"""Single logout of CAS (section 2.3.3): the service hears the ticket that it was entered with."""

from datetime import UTC, datetime
from uuid import uuid4
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from kernel.clock import Clock
from kernel.database import Database
from sso.cas.models import CasTicket
from sso.cas.tickets import Tickets
from sso.clients.registry import Client
from sso.logout.messengers import Farewell, NothingToTell, Poster

SAML, SAMLP = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"

register_namespace("saml", SAML)
register_namespace("samlp", SAMLP)


class CasMessenger:
    """Raises what the poster raises; NothingToTell without a ticket."""

    def __init__(
        self, database: Database, cas_tickets: Tickets, poster: Poster, clock: Clock
    ) -> None:
        self._database = database
        self._tickets = cas_tickets
        self._poster = poster
        self._clock = clock

    def __call__(self, client: Client, farewell: Farewell) -> None:
        with self._database.transaction() as session:
            ticket = session.get(CasTicket, farewell.ticket_id) if farewell.ticket_id else None
        if ticket is None:
            raise NothingToTell(client.client_id)
        request = logout_request(self._tickets.text(ticket), self._clock())
        self._poster.post_form(ticket.service, {"logoutRequest": request})


def logout_request(ticket: str, now: datetime) -> str:
    """Appendix C. Services look for `samlp:SessionIndex` as text: its prefix is part of it."""
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    attributes = {"ID": f"LR-{uuid4().hex}", "Version": "2.0", "IssueInstant": moment}
    root = Element(f"{{{SAMLP}}}LogoutRequest", attributes)
    SubElement(root, f"{{{SAML}}}NameID").text = "@NOT_USED@"
    SubElement(root, f"{{{SAMLP}}}SessionIndex").text = ticket
    return tostring(root, encoding="unicode")
