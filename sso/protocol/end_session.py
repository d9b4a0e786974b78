"""OpenID Connect RP-Initiated Logout 1.0: what a client asks, and whether it may.

Authlib has an endpoint for this, but it knows neither our clients nor our keys, and does not
compare the hint with the session at hand; what would be left of it is the list of parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlalchemy import select
from sqlalchemy.orm import Session

from sso.claims.subject import Claims
from sso.clients.addresses import with_query
from sso.clients.registry import Client, Clients
from sso.protocol.http import sort_pairs
from sso.protocol.id_token_hint import Hint
from sso.sessions.models import Participation
from sso.sessions.service import SignedIn
from sso.tokens.minting import Minter

END_SESSION_PATH = "/oauth2/logout"
PARAMETERS = frozenset(
    {
        "id_token_hint",
        "logout_hint",  # counts for nothing: a browser has one session, if any
        "client_id",
        "post_logout_redirect_uri",
        "state",
        "ui_locales",
    }
)


@dataclass(frozen=True, slots=True)
class EndSessionRequest:
    client: Client | None
    hint: Hint | None
    post_logout_redirect_uri: str | None
    """Registered by this client, to the letter."""
    state: str | None

    @property
    def return_to(self) -> str | None:
        address = self.post_logout_redirect_uri
        return None if address is None else with_query(address, state=self.state)

    def query(self) -> dict[str, str]:
        """What the page that asks the person has to know; the hint has done its part."""
        values = {
            "client_id": self.client.client_id if self.client else None,
            "post_logout_redirect_uri": self.post_logout_redirect_uri,
            "state": self.state,
        }
        return {name: value for name, value in values.items() if value is not None}


def read_end_session(
    pairs: Sequence[tuple[str, str]], clients: Clients, minter: Minter
) -> EndSessionRequest:
    """Section 2. Raises InvalidRequestError, after which nobody is sent anywhere (section 4)."""
    form, _ = sort_pairs(pairs)
    hint = Hint.read(form.get("id_token_hint"), minter)
    client_id = form.get("client_id") or (hint.client_id if hint else None)
    if hint is not None:
        hint.check_client(client_id)
    client = clients.find(client_id)
    if client is None and client_id is not None:
        raise InvalidRequestError("The client is unknown.")
    address = form.get("post_logout_redirect_uri")
    registered = client.description.post_logout_redirect_uris if client else []
    if address is not None and address not in registered:
        raise InvalidRequestError("post_logout_redirect_uri is not registered for a known client.")
    return EndSessionRequest(client, hint, address, form.get("state"))


def is_meant(
    session: Session, asked: EndSessionRequest, signed_in: SignedIn, claims: Claims
) -> bool:
    """Whether the hint is about who is signed in here, so that they need not be asked.

    Without one, any page could sign people out (section 6).
    """
    if asked.hint is None or asked.client is None:
        return False
    if asked.hint.person == claims.sub(asked.client, signed_in.account.id):
        return True
    statement = select(Participation.id).where(
        Participation.id == asked.hint.sid, Participation.session_id == signed_in.session.id
    )
    return asked.hint.sid is not None and session.scalar(statement) is not None
