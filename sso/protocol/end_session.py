"""OpenID Connect RP-Initiated Logout 1.0: what a client asks, and whether it may.

Authlib has an endpoint for this, but it knows neither our clients nor our keys, and does not
compare the hint with the session at hand; what would be left of it is the list of parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlalchemy import select
from sqlalchemy.orm import Session

from sso.claims.subject import Claims
from sso.clients.registry import Client, Clients
from sso.protocol.http import sort_pairs
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
ID_TOKEN_TYPE = "JWT"  # noqa: S105  # a media type


@dataclass(frozen=True, slots=True)
class Hint:
    """An ID token of ours, perhaps an old one."""

    client_id: str
    person: str
    """`sub` of who really signed in: of the custodian where an organisation is the subject."""
    sid: UUID | None


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
        if address is None or self.state is None:
            return address
        joint = "&" if "?" in address else "?"
        return f"{address}{joint}{urlencode({'state': self.state})}"

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
    hint = _read_hint(form.get("id_token_hint"), minter)
    client_id = form.get("client_id") or (hint.client_id if hint else None)
    if hint is not None and hint.client_id != client_id:
        raise InvalidRequestError("id_token_hint was issued to another client.")
    client = clients.find(client_id)
    if client is None and client_id is not None:
        raise InvalidRequestError("The client is unknown.")
    address = form.get("post_logout_redirect_uri")
    registered = client.description.post_logout_redirect_uris if client else []
    if address is not None and address not in registered:
        raise InvalidRequestError("post_logout_redirect_uri is not registered for a known client.")
    return EndSessionRequest(client, hint, address, form.get("state"))


def _read_hint(token: str | None, minter: Minter) -> Hint | None:
    """Whether it has expired does not matter (section 2); that it is an ID token does."""
    if token is None:
        return None
    claims = minter.read(token)
    if claims is None or claims["_typ"] != ID_TOKEN_TYPE or claims.get("iss") != minter.issuer:
        raise InvalidRequestError("id_token_hint is no ID token of this server.")
    sid = claims.get("sid")
    person = claims.get("act", claims)["sub"]
    return Hint(claims["aud"], person, UUID(sid) if sid else None)


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
