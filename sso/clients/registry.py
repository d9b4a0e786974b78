"""Clients in memory: looked up at every request, changed a few times a year.

Measured: reading a client from PostgreSQL at each token request cost more than signing the token.
Triggers send a notice with every change, and each process loads all of them anew.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.tokens import token_hash
from sso.clients.addresses import is_same_redirect
from sso.clients.description import (
    SECRET_METHODS,
    AuthMethod,
    ClientDescription,
    GrantType,
)
from sso.clients.models import ClientRow, ClientSecret

log = structlog.get_logger("clients")
BY_NAME_ONLY = frozenset({"offline_access", "citizen_number"})
"""Scopes that nobody gets without having asked for them."""


@dataclass(frozen=True, slots=True)
class Secret:
    digest: bytes
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Client:
    """A client in force, in the form that Authlib's grants ask questions of."""

    id: UUID
    client_id: str
    description: ClientDescription
    secrets: tuple[Secret, ...] = ()
    registered_itself: bool = False
    """Nobody of the province has looked at what it calls itself (RFC 7591)."""

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """Only where there is one to choose from; RFC 6749 section 3.1.2.3."""
        addresses = self.description.redirect_uris
        return addresses[0] if len(addresses) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The part of what was asked for that it may have; None when that is nothing.

        Whoever asks for nothing in particular gets the usual (RFC 6749 section 3.3).
        """
        usual = [name for name in self.description.scope if name not in BY_NAME_ONLY]
        asked = scope.split() if scope else usual
        allowed = [name for name in dict.fromkeys(asked) if name in self.description.scope]
        return " ".join(allowed) if allowed or not asked else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """To the letter; programs on a computer choose their port late (RFC 8252 section 7.3)."""
        registered = self.description.redirect_uris
        if self.description.application_type != "native":
            return redirect_uri in registered
        return any(is_same_redirect(address, redirect_uri) for address in registered)

    def check_secret(self, secret: str, now: datetime) -> bool:
        digest = token_hash(secret)
        return any(
            hmac.compare_digest(digest, known.digest)
            for known in self.secrets
            if known.expires_at is None or known.expires_at > now
        )

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """A client registered for one of the two ways of sending a secret may use either."""
        registered = self.description.token_endpoint_auth_method
        if registered in SECRET_METHODS:
            return method in SECRET_METHODS
        return registered == method

    def check_response_type(self, response_type: str) -> bool:
        return response_type in self.description.response_types and self.check_grant_type(
            GrantType.AUTHORIZATION_CODE
        )

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.description.grant_types

    @property
    def is_public(self) -> bool:
        return self.description.token_endpoint_auth_method is AuthMethod.NONE


@dataclass(frozen=True, slots=True)
class Clients:
    """All clients that are not disabled."""

    by_client_id: Mapping[str, Client]
    by_id: Mapping[UUID, Client]
    origins: frozenset[str] = frozenset()
    """Of the redirect addresses of public clients: their pages may call us from a browser."""

    def find(self, client_id: str | None) -> Client | None:
        return None if client_id is None else self.by_client_id.get(client_id)


def load_clients(session: Session) -> Clients:
    secrets: dict[UUID, list[Secret]] = {}
    for row in session.scalars(select(ClientSecret)):
        secrets.setdefault(row.client_id, []).append(Secret(row.secret_hash, row.expires_at))
    rows = session.scalars(select(ClientRow).where(ClientRow.disabled_at.is_(None)))
    loaded = (_load_client(row, secrets.get(row.id, ())) for row in rows)
    clients = [client for client in loaded if client is not None]
    return Clients(
        by_client_id={client.client_id: client for client in clients},
        by_id={client.id: client for client in clients},
        origins=frozenset(
            f"{parts.scheme}://{parts.netloc}"
            for client in clients
            if client.is_public
            for parts in map(urlsplit, client.description.redirect_uris)
        ),
    )


def _load_client(row: ClientRow, secrets: Iterable[Secret]) -> Client | None:
    """None, and a line in the log, where a release is stricter than the one that stored it.

    One system stands still then, not every one.
    """
    try:
        description = ClientDescription.of_stored(row.description)
    except ValidationError:  # which quotes what is stored
        log.error("client does not fit", client_id=row.client_id)  # noqa: TRY400
        return None
    itself = row.registration_token_hash is not None
    return Client(row.id, row.client_id, description, tuple(secrets), registered_itself=itself)
