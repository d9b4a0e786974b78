"""For which resource servers a token is (RFC 8707)."""

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from sso.clients.registry import Client
from sso.protocol.errors import InvalidTarget

MOST = 10


def requested_resources(
    client: Client, asked: Sequence[str], *, granted: Collection[str] | None = None
) -> list[str]:
    """What was asked for, if the client may have tokens for it. Raises InvalidTarget.

    `granted` is what the grant was approved for: a token request may narrow it, not widen it. One
    that named none is for all that the client may have (section 2.2).
    """
    wanted = list(dict.fromkeys(asked))
    if len(wanted) > MOST:
        raise InvalidTarget("Too many resources.")
    allowed = set(client.description.resources)
    for resource in wanted:
        if not _is_absolute(resource):
            raise InvalidTarget("A resource must be an absolute URI without fragment.")
        if resource not in allowed or (granted and resource not in granted):
            raise InvalidTarget("The client may not have tokens for this resource.")
    return wanted


def _is_absolute(resource: str) -> bool:
    try:
        return bool(urlsplit(resource).scheme) and "#" not in resource
    except ValueError:
        return False
