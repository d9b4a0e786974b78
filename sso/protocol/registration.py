"""Systems that register themselves (RFC 7591) and look after their entry (RFC 7592)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import api_tokens
from kernel.access import Actor, ActorKind, Permission
from kernel.audit import Basis
from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import DomainError
from kernel.snapshot import Snapshot
from kernel.tokens import new_token, token_hash
from sso.clients import service
from sso.clients.description import SECRET_METHODS, ClientDescription
from sso.clients.keys import Fetcher
from sso.clients.models import ClientRow, ClientSecret
from sso.clients.registry import Clients
from sso.protocol.errors import (
    InsufficientScope,
    InvalidClientMetadata,
    InvalidRedirectUri,
    InvalidToken,
    NothingShown,
    TooManyRequests,
)
from sso.protocol.http import Answer
from sso.protocol.json_input import read_object
from sso.protocol.registration_metadata import description_of, metadata_of
from sso.throttling.service import Throttling, TooManyAttempts, count_attempt
from sso.tokens.grants import revoke_grants
from sso.tokens.models import Grant

REGISTER_PATH = "/oauth2/register"
TOKEN_PREFIX = "congvu_registration"  # noqa: S105  # public: lets secret scanners recognise a leak
BASIS = Basis("dynamic registration")
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class RegistrationRequest:
    token: str
    """From the Authorization header, empty when there was none."""
    body: bytes = b""
    media_type: str = JSON
    address: str = ""
    request_id: str | None = None


class Registration:
    """Blocking: routes ask in a thread. Every method raises OAuth2Error."""

    def __init__(  # built once, in sso.assembly
        self,
        database: Database,
        fetcher: Fetcher,
        throttling: Throttling,
        issuer: str,
        clock: Clock,
        clients: Snapshot[Clients],
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._throttling = throttling
        self._issuer = issuer
        self._clock = clock
        self._clients = clients

    def create(self, request: RegistrationRequest) -> Answer:
        """With an API token that may register clients as the initial access token."""
        now = self._clock()
        actor = self._registrar(request, now)
        client_id = f"self-{secrets.token_hex(12)}"
        description = description_of(_metadata(request), client_id)
        self._check_sector(description)
        token = new_token(TOKEN_PREFIX)
        with self._database.transaction() as session:
            row, secret = service.create_client(
                session, actor, client_id, description, now=now, basis=BASIS
            )
            row.registration_token_hash = token_hash(token)
        self._clients.reload()
        return Answer(201, self._told(row, description, token, secret))

    def read(self, client_id: str, request: RegistrationRequest) -> Answer:
        row = self._own(client_id, request)
        return Answer(200, self._told(row, _described(row), request.token))

    def replace(self, client_id: str, request: RegistrationRequest) -> Answer:
        """Metadata as a whole; what is left out gets its default. Secrets stay as they are."""
        now = self._clock()
        row = self._own(client_id, request)
        metadata = _metadata(request)
        if metadata.get("client_id") != client_id:
            raise InvalidClientMetadata("client_id: must be the client's own")
        self._check_secret(client_id, metadata.get("client_secret"), now)
        description = description_of(metadata, client_id, _described(row))
        self._check_sector(description)
        actor = _client_actor(row, request)
        with self._database.transaction() as session:
            row = service.change_client(
                session, actor, client_id, description, now=now, basis=BASIS
            )
            secret = _first_secret(session, actor, row, description, now)
        self._clients.reload()
        return Answer(200, self._told(row, description, request.token, secret))

    def delete(self, client_id: str, request: RegistrationRequest) -> Answer:
        now = self._clock()
        row = self._own(client_id, request)
        with self._database.transaction() as session:
            row = service.set_enabled(
                session,
                _client_actor(row, request),
                client_id,
                enabled=False,
                now=now,
                basis=BASIS,
            )
            row.registration_token_hash = None
            revoke_grants(session, Grant.client_id == row.id, "client_deleted", now=now)
        self._clients.reload()
        return Answer(204, b"")

    def _registrar(self, request: RegistrationRequest, now: datetime) -> Actor:
        try:
            with self._database.transaction() as session:
                actor = api_tokens.actor_of_token(
                    session, request.token, now=now, request_id=request.request_id
                )
        except api_tokens.TokenRejected:
            raise self._refused(request, now) from None
        if not actor.may(Permission.REGISTER_CLIENTS):
            raise InsufficientScope("The token may not register clients.")
        return actor

    def _own(self, client_id: str, request: RegistrationRequest) -> ClientRow:
        """The client whose token it is; there being no such client is no other answer."""
        statement = select(ClientRow).where(
            ClientRow.registration_token_hash == token_hash(request.token),
            ClientRow.client_id == client_id,
            ClientRow.disabled_at.is_(None),
        )
        with self._database.transaction() as session:
            row = session.scalar(statement) if request.token else None
        if row is None:
            raise self._refused(request, self._clock())
        return row

    def _refused(self, request: RegistrationRequest, now: datetime) -> Exception:
        """Counted by address; good tokens are looked at first, so nobody keeps others out."""
        if not request.token:
            return NothingShown("An access token is needed.")
        limit = self._throttling.of_registration(request.address)
        try:
            with self._database.transaction() as session:
                count_attempt(session, [limit], now=now)
        except TooManyAttempts as error:
            return TooManyRequests("Too many wrong tokens from this address.", error.seconds)
        return InvalidToken("The access token is unknown, expired or another client's.")

    def _check_sector(self, description: ClientDescription) -> None:
        """OpenID Connect Registration section 5: the file must list every redirect address."""
        address = description.sector_identifier_uri
        if address is None:
            return
        try:
            listed = self._fetcher.get_json(address)
        except DomainError:
            raise InvalidClientMetadata("sector_identifier_uri: cannot be fetched") from None
        if not isinstance(listed, list) or not all(
            address in listed for address in description.redirect_uris
        ):
            raise InvalidRedirectUri("redirect_uris: not all stand in sector_identifier_uri")

    def _check_secret(self, client_id: str, shown: object, now: datetime) -> None:
        """Whoever sends a secret along must send the right one (RFC 7592 section 2.2)."""
        client = self._clients.get().find(client_id)
        if shown is not None and not (client and client.check_secret(str(shown), now)):
            raise InvalidClientMetadata("client_secret: not the one in force")

    def _told(
        self,
        row: ClientRow,
        description: ClientDescription,
        token: str,
        secret: str | None = None,
    ) -> dict[str, Any]:
        """RFC 7591 section 3.2.1. A secret is told once, when it is made."""
        told = {
            "client_id": row.client_id,
            "client_id_issued_at": int(row.created_at.timestamp()),
            **metadata_of(description),
            "registration_client_uri": f"{self._issuer}{REGISTER_PATH}/{row.client_id}",
            "registration_access_token": token,
        }
        if secret is not None:
            told |= {"client_secret": secret, "client_secret_expires_at": 0}
        return told


def _metadata(request: RegistrationRequest) -> dict[str, Any]:
    if request.media_type != JSON:
        raise InvalidClientMetadata(f"The content type must be {JSON}.")
    try:
        return read_object(request.body)
    except ValueError:
        raise InvalidClientMetadata("The request must be a JSON object.") from None


def _described(row: ClientRow) -> ClientDescription:
    """Raises InvalidClientMetadata where a release is stricter than the one that stored it."""
    try:
        return ClientDescription.of_stored(row.description)
    except ValidationError:
        raise InvalidClientMetadata("What is registered does not fit any more.") from None


def _client_actor(row: ClientRow, request: RegistrationRequest) -> Actor:
    return Actor(ActorKind.MACHINE, row.client_id, frozenset(), row.id, request.request_id)


def _first_secret(
    session: Session, actor: Actor, row: ClientRow, description: ClientDescription, now: datetime
) -> str | None:
    """For a client that has come to authenticate by one."""
    if description.token_endpoint_auth_method not in SECRET_METHODS:
        return None
    known = session.scalar(select(ClientSecret.id).where(ClientSecret.client_id == row.id).limit(1))
    if known is not None:
        return None
    overlap = timedelta(0)
    return service.rotate_secret(
        session, actor, row.client_id, overlap=overlap, now=now, basis=BASIS
    )
