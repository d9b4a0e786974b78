"""Token exchange (RFC 8693): a system acts at another one for whoever is signed in to a third.

Delegation only. Every token that comes out of it says in `act` who really acts, and ends with
what it came from: the same grant, the same second, no wider scope.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import anyio.to_thread
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError

from kernel.clock import office_day
from kernel.database import Database
from sso.claims.access import may_use
from sso.claims.scopes import Scope
from sso.claims.subject import load_subject
from sso.clients.registry import Client
from sso.protocol.client_authentication import Caller
from sso.protocol.confirmation import confirmation
from sso.protocol.dpop import Proof
from sso.protocol.http import Answer, BackChannelRequest
from sso.protocol.resource_indicators import requested_resources
from sso.protocol.server import ProtocolServer
from sso.protocol.token_records import TOKEN_REQUEST, Spool, TokenAuditTag, client_actor
from sso.tokens.issuing import ACCESS_TOKEN, Issued
from sso.tokens.minting import AccessTokenForm, Authentication
from sso.tokens.models import Grant
from sso.tokens.reading import AccessTokenReader

LONGEST_CHAIN = 4
"""Systems that may act for each other, one through the next."""


class TokenExchange:
    def __init__(
        self, reader: AccessTokenReader, server: ProtocolServer, database: Database, spool: Spool
    ) -> None:
        self._reader = reader
        self._server = server
        self._database = database
        self._spool = spool

    async def __call__(
        self, request: BackChannelRequest, caller: Caller, proof: Proof | None, now: datetime
    ) -> Answer:
        """Raises OAuth2Error."""
        client, form = caller.client, request.form
        if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
            raise InvalidRequestError("Only access tokens are issued.")
        subject = await self._token(form, "subject_token", now)
        await self._check_actor(client, form, now)
        self._check_policy(client, subject)
        scope = _narrowed(client, subject["scope"].split(), form.get("scope"))
        asked = [*request.many.get("resource", ()), *request.many.get("audience", ())]
        resources = requested_resources(client, asked)
        grant = await anyio.to_thread.run_sync(self._grant, client, subject, now)
        issued = self._server.issuer.for_exchange(
            client,
            AccessTokenForm(
                sub=self._server.claims.sub(client, grant.account_id),
                client_id=client.client_id,
                audience=resources or self._server.issuer.default_audience(client),
                scope=scope,
                grant_id=grant.id,
                authentication=Authentication(grant.authenticated_at, grant.acr, grant.amr),
                act=self._chain(client, subject.get("act"), grant),
                confirmation=confirmation(caller, proof),
                longest_seconds=int(subject["exp"] - now.timestamp()),
            ),
            now=now,
        )
        self._record(request, client, subject, grant, issued)
        return Answer(200, issued.answer)

    async def _token(self, form: Mapping[str, str], name: str, now: datetime) -> dict[str, Any]:
        """Whatever is wrong with it is an invalid request (section 2.2.2)."""
        text, kind = form.get(name), form.get(f"{name}_type")
        if text is None or kind != ACCESS_TOKEN:
            raise InvalidRequestError(f"{name} must be an access token and its type say so.")
        claims = await self._reader.read(text, now)
        if claims is None:
            raise InvalidRequestError(f"{name} is unknown, expired or revoked.")
        return claims

    async def _check_actor(self, client: Client, form: Mapping[str, str], now: datetime) -> None:
        """Who acts is the client, which has authenticated; a token may only say the same."""
        if "actor_token" not in form:
            if "actor_token_type" in form:
                raise InvalidRequestError("actor_token_type without actor_token.")
            return
        actor = await self._token(form, "actor_token", now)
        if actor["client_id"] != client.client_id or actor["sub"] != client.client_id:
            raise InvalidRequestError("actor_token must be the client's own.")

    def _check_policy(self, client: Client, subject: Mapping[str, Any]) -> None:
        if "grant_id" not in subject:
            raise InvalidRequestError("Nobody is signed in by the subject token.")
        origin = subject["client_id"]
        listed = origin in client.description.token_exchange_for
        if not listed or self._server.query_client(origin) is None:
            raise InvalidRequestError("The client may not exchange tokens of that client.")

    def _grant(self, client: Client, subject: Mapping[str, Any], now: datetime) -> Grant:
        """That the subject token came from. Raises InvalidRequestError."""
        with self._database.transaction() as session:
            grant = session.get_one(Grant, UUID(subject["grant_id"]))
            person = load_subject(session, grant.account_id, office_day(now))
            if not may_use(session, client, person):
                raise InvalidRequestError("The person may not use this client.")
            return grant

    def _chain(
        self, client: Client, before: Mapping[str, Any] | None, grant: Grant
    ) -> dict[str, Any]:
        """The client, then who acted before it, the first one innermost (section 4.1).

        Innermost is the person when they act as an organisation, under the name that this
        client knows them by.
        """
        actors = [client.client_id, *_actors(before)]
        if grant.actor_account_id is not None and len(actors) > 1:
            actors[-1] = self._server.claims.sub(client, grant.actor_account_id)
        if len(actors) > LONGEST_CHAIN:
            raise InvalidRequestError("Too many systems act for each other.")
        chain: dict[str, Any] = {}
        for name in reversed(actors):
            chain = {"sub": name, "act": chain} if chain else {"sub": name}
        return chain

    def _record(
        self,
        request: BackChannelRequest,
        client: Client,
        subject: Mapping[str, Any],
        grant: Grant,
        issued: Issued,
    ) -> None:
        self._spool.record(
            client_actor(client, request.request_id),
            TokenAuditTag.EXCHANGED,
            grant.account_id,
            TOKEN_REQUEST,
            client_id=client.client_id,
            address=request.address,
            jti=issued.access_token.jti,
            grant_id=str(grant.id),
            from_client_id=subject["client_id"],
            from_jti=subject["jti"],
        )


def _actors(act: Mapping[str, Any] | None) -> list[str]:
    """Of a token of ours, the last one first."""
    names = []
    while act is not None:
        names.append(act["sub"])
        act = act.get("act")
    return names


def _narrowed(client: Client, held: Sequence[str], asked: str | None) -> list[str]:
    """What the subject token and the client's registration both allow. Raises InvalidScopeError."""
    allowed = [
        name for name in held if name in client.description.scope and name != Scope.OFFLINE_ACCESS
    ]
    names = allowed if asked is None else list(dict.fromkeys(asked.split()))
    if not names or any(name not in allowed for name in names):
        raise InvalidScopeError
    return names
