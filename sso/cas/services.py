"""Which client a CAS service address belongs to: registered ones only."""

from urllib.parse import SplitResult, urlsplit

from sso.clients.addresses import is_fitting_address
from sso.clients.registry import Client, Clients

LONGEST_SERVICE = 2000


def find_service(clients: Clients, service: str) -> Client | None:
    """The client whose registered address the service begins with, host and path as a whole.

    Where several do, the one with the longest path: what is said of a part of a site counts there,
    and who may enter must not depend on the order in which clients were read.
    """
    parts = _plain(service)
    if parts is None:
        return None
    covering = {
        (-len(urlsplit(registered).path), client.client_id): client
        for client in clients.by_id.values()
        for registered in client.description.cas_services
        if _covers(registered, parts)
    }
    return covering[min(covering)] if covering else None


def _plain(service: str) -> SplitResult | None:
    """Parts of an address in which nothing can be hidden."""
    if len(service) > LONGEST_SERVICE or not is_fitting_address(service):
        return None
    parts = urlsplit(service)
    path = parts.path.lower()
    hidden = any(hint in path for hint in ("/..", "/./", "//", "%2f", "%2e", "%5c", "\\"))
    return None if hidden else parts


def _covers(registered: str, parts: SplitResult) -> bool:
    ours = urlsplit(registered)
    if (ours.scheme, ours.hostname, ours.port) != (parts.scheme, parts.hostname, parts.port):
        return False
    base = ours.path or "/"
    path = parts.path or "/"
    return path == base or path.startswith(base if base.endswith("/") else f"{base}/")
