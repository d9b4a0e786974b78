"""Introspection for resource servers (RFC 7662), as signed JWT on request (RFC 9701)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import anyio.to_thread
from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnauthorizedClientError

from kernel.clock import office_day
from sso.claims.subject import load_subject
from sso.clients.registry import Client
from sso.protocol.client_authentication import ClientAuthenticator
from sso.protocol.http import NO_STORE, Answer, BackChannelRequest
from sso.protocol.server import ProtocolServer
from sso.tokens.minting import TokenType
from sso.tokens.models import Grant
from sso.tokens.reading import AccessTokenReader

JWT_TYPE = f"application/{TokenType.INTROSPECTION}"
TOLD = ("iss", "sub", "aud", "client_id", "exp", "iat", "jti", "scope", "sid", "auth_time", "acr",
        "amr", "act", "cnf")  # fmt: skip


class IntrospectionEndpoint:
    def __init__(
        self, authenticator: ClientAuthenticator, reader: AccessTokenReader, server: ProtocolServer
    ) -> None:
        self._authenticator = authenticator
        self._reader = reader
        self._server = server

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """Raises OAuth2Error."""
        now = self._server.clock()
        caller = await self._authenticator.authenticate(request, now)
        if caller.client.is_public:
            raise UnauthorizedClientError("A public client may not introspect tokens.")
        token = request.form.get("token")
        if token is None:
            raise InvalidRequestError("Missing token.")
        claims = await self._reader.read(token, now)
        if claims is None or not self._concerns(caller.client, claims):
            return self._signed_or_plain(request, caller.client, {"active": False}, now)
        person = {}
        if caller.client.description.introspection_claims and "grant_id" in claims:
            person = await anyio.to_thread.run_sync(self._person, caller.client, claims, now)
        answer = person | _told(claims)
        return self._signed_or_plain(request, caller.client, answer, now)

    def _concerns(self, client: Client, claims: dict[str, Any]) -> bool:
        """Tokens that are not this resource server's business are inactive to it."""
        if self._server.query_client(claims["client_id"]) is None:
            return False
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        return claims["client_id"] == client.client_id or any(
            name in client.description.resource_identifiers for name in audience
        )

    def _person(self, client: Client, claims: dict[str, Any], now: datetime) -> dict[str, Any]:
        """What the token's scopes say of its person, as far as the resource server may hear it."""
        heard = [name for name in claims["scope"].split() if name in client.description.scope]
        with self._server.database.transaction() as session:
            grant = session.get_one(Grant, UUID(claims["grant_id"]))
            subject = load_subject(session, grant.account_id, office_day(now))
            return self._server.claims.released(session, client, subject, heard)

    def _signed_or_plain(
        self, request: BackChannelRequest, client: Client, answer: dict[str, Any], now: datetime
    ) -> Answer:
        algorithm = client.description.introspection_signed_response_alg
        wanted = JWT_TYPE in (request.header(b"accept") or "")
        if algorithm is None and not wanted:
            return Answer(200, answer)
        claims = {
            "iss": self._server.issuer.minter.issuer,
            "aud": client.client_id,
            "iat": int(now.timestamp()),
            "token_introspection": answer,
        }
        chosen = algorithm or client.description.id_token_signed_response_alg
        text = self._server.issuer.minter.sign(claims, chosen, now, TokenType.INTROSPECTION)
        return Answer(200, text.encode(), NO_STORE, JWT_TYPE.encode())


def _told(claims: dict[str, Any]) -> dict[str, Any]:
    told = {name: claims[name] for name in TOLD if name in claims}
    bound = "jkt" in claims.get("cnf", {})
    return {"active": True, "token_type": "DPoP" if bound else "Bearer", **told}
