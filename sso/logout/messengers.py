"""How a client is told that somebody left: one messenger for each protocol."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from kernel.clock import Clock
from kernel.errors import Invalid
from sso.claims.subject import Claims
from sso.clients.registry import Client
from sso.tokens.minting import Minter


@dataclass(frozen=True, slots=True)
class Farewell:
    """What there is to tell a client."""

    participation_id: UUID
    """The `sid` that the client knows."""
    account_id: UUID
    """Whom the client knows: the person or the organisation they acted as."""
    ticket_id: UUID | None = None
    """Of CAS: the ticket that the service was entered with."""


class Poster(Protocol):
    """What `kernel.outbound.Outbound` is to us."""

    def post_form(self, url: str, data: Mapping[str, str]) -> None:
        """Raises OutboundRefused, OutboundUnavailable."""


Messenger = Callable[[Client, Farewell], None]
"""Returns once the client has accepted it; one request at most, whose time is bounded.

Raises OutboundUnavailable to be tried again; OutboundRefused and NothingToTell never to be.
"""


class NothingToTell(Invalid):
    """The client no longer has an address where it wants to hear of it."""

    code = "logout-address-missing"

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"{client_id} không có địa chỉ nhận thông báo đăng xuất.",
            f"{client_id} has no address for notices of logout.",
        )


class BackChannelMessenger:
    """OpenID Connect Back-Channel Logout 1.0 section 2.5."""

    def __init__(self, minter: Minter, claims: Claims, poster: Poster, clock: Clock) -> None:
        self._minter = minter
        self._claims = claims
        self._poster = poster
        self._clock = clock

    def __call__(self, client: Client, farewell: Farewell) -> None:
        address = client.description.backchannel_logout_uri
        if address is None:
            raise NothingToTell(client.client_id)
        token = self._minter.logout_token(
            client,
            sub=self._claims.sub(client, farewell.account_id),
            sid=farewell.participation_id,
            now=self._clock(),
        )
        self._poster.post_form(address, {"logout_token": token})
