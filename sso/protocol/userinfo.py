"""Userinfo (OpenID Connect Core section 5.3): claims of the person, as JSON or signed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import anyio.to_thread

from kernel.clock import Clock, office_day
from kernel.database import Database
from sso.claims.scopes import Scope
from sso.claims.subject import load_subject
from sso.clients.registry import Client
from sso.protocol.errors import InsufficientScope, InvalidToken
from sso.protocol.http import NO_STORE, Answer, BackChannelRequest
from sso.protocol.protected import ProtectedResource
from sso.protocol.server import ProtocolServer
from sso.tokens.minting import TokenType
from sso.tokens.models import Grant


class UserinfoEndpoint:
    def __init__(
        self, protected: ProtectedResource, server: ProtocolServer, database: Database, clock: Clock
    ) -> None:
        self._protected = protected
        self._server = server
        self._database = database
        self._clock = clock

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """Raises OAuth2Error."""
        now = self._clock()
        claims = await self._protected.claims_of_request(request, now)
        scope = claims.get("scope", "").split()
        if Scope.OPENID not in scope or "grant_id" not in claims:
            raise InsufficientScope(
                "The token is not for userinfo: scope openid is missing.", Scope.OPENID
            )
        issuer, audience = self._server.issuer.minter.issuer, claims["aud"]
        if issuer not in (audience if isinstance(audience, list) else [audience]):
            raise InvalidToken("The token is for other resource servers.")
        client = self._server.query_client(claims["client_id"])
        if client is None:
            raise InvalidToken("The client is disabled.")
        told = await anyio.to_thread.run_sync(
            self._told, client, UUID(claims["grant_id"]), scope, now
        )
        told = {"sub": claims["sub"], **told}
        if "act" in claims:
            told["act"] = claims["act"]
        return self._answer(client, told, now)

    def _told(
        self, client: Client, grant_id: UUID, scope: list[str], now: datetime
    ) -> dict[str, Any]:
        with self._database.transaction() as session:
            grant = session.get_one(Grant, grant_id)
            subject = load_subject(session, grant.account_id, office_day(now))
            return self._server.claims.released(
                session, client, subject, scope, requested=grant.claims
            )

    def _answer(self, client: Client, told: dict[str, Any], now: datetime) -> Answer:
        algorithm = client.description.userinfo_signed_response_alg
        if algorithm is None:
            return Answer(200, told)
        minter = self._server.issuer.minter
        claims = {**told, "iss": minter.issuer, "aud": client.client_id}
        text = minter.sign(claims, algorithm, now, TokenType.ID)
        return Answer(200, text.encode(), NO_STORE, b"application/jwt")
