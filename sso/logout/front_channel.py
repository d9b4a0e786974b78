"""OpenID Connect Front-Channel Logout 1.0: pages of clients that the browser opens unseen.

For clients that cannot be reached from here. Browsers keep cookies from embedded pages more and
more, so the back channel is what a client should rely on.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from sso.clients.addresses import with_query
from sso.clients.registry import Client, Clients
from sso.sessions.models import Participation

PLAIN_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9a-fA-F:.]+\](:[0-9]+)?")
"""What may stand in a Content-Security-Policy without meaning anything else there."""


def addresses_to_open(
    participations: Iterable[Participation], clients: Clients, issuer: str
) -> list[str]:
    """One for each session that a client has to end."""
    known = ((entered, clients.by_id.get(entered.client_id)) for entered in participations)
    found = (_address(entered, client, issuer) for entered, client in known if client is not None)
    return list(dict.fromkeys(address for address in found if address is not None))


def _address(entered: Participation, client: Client, issuer: str) -> str | None:
    address = client.description.frontchannel_logout_uri
    if address is None or not origins([address]):
        return None
    if not client.description.frontchannel_logout_session_required:
        return address
    return with_query(address, iss=issuer, sid=str(entered.id))


def origins(addresses: Iterable[str]) -> list[str]:
    """As a Content-Security-Policy names them; odd ones are left out."""
    parts = [part for part in map(urlsplit, addresses) if PLAIN_HOST.fullmatch(part.netloc)]
    return list(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))
