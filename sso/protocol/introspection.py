"""Introspection for resource servers (RFC 7662), as signed JWT on request (RFC 9701)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnauthorizedClientError

from kernel.clock import Clock
from sso.clients.registry import Client, Clients
from sso.protocol.client_authentication import ClientAuthenticator
from sso.protocol.http import NO_STORE, Answer, BackChannelRequest
from sso.tokens.minting import Minter
from sso.tokens.reading import AccessTokenReader

JWT_TYPE = "application/token-introspection+jwt"
TOLD = ("iss", "sub", "aud", "client_id", "exp", "iat", "jti", "scope", "sid", "auth_time", "acr",
        "amr", "act", "cnf")  # fmt: skip


class IntrospectionEndpoint:
    def __init__(  # built once, in sso.assembly
        self,
        authenticator: ClientAuthenticator,
        reader: AccessTokenReader,
        minter: Minter,
        clients: Callable[[], Clients],
        clock: Clock,
    ) -> None:
        self._authenticator = authenticator
        self._reader = reader
        self._minter = minter
        self._clients = clients
        self._clock = clock

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """Raises OAuth2Error."""
        now = self._clock()
        caller = await self._authenticator.authenticate(request, now)
        if caller.client.is_public:
            raise UnauthorizedClientError("A public client may not introspect tokens.")
        token = request.form.get("token")
        if token is None:
            raise InvalidRequestError("Missing token.")
        claims = await self._reader.read(token, now)
        answer = self._answer(caller.client, claims)
        return self._signed_or_plain(request, caller.client, answer, now)

    def _answer(self, client: Client, claims: dict[str, Any] | None) -> dict[str, Any]:
        """Nothing but "inactive" for tokens that are not this resource server's business."""
        if claims is None or self._clients().find(claims["client_id"]) is None:
            return {"active": False}
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        concerned = claims["client_id"] == client.client_id or any(
            name in client.description.resource_identifiers for name in audience
        )
        if not concerned:
            return {"active": False}
        told = {name: claims[name] for name in TOLD if name in claims}
        bound = "jkt" in claims.get("cnf", {})
        return {"active": True, "token_type": "DPoP" if bound else "Bearer", **told}

    def _signed_or_plain(
        self, request: BackChannelRequest, client: Client, answer: dict[str, Any], now: datetime
    ) -> Answer:
        algorithm = client.description.introspection_signed_response_alg
        wanted = JWT_TYPE in (request.header(b"accept") or "")
        if algorithm is None and not wanted:
            return Answer(200, answer)
        claims = {
            "iss": self._minter.issuer,
            "aud": client.client_id,
            "iat": int(now.timestamp()),
            "token_introspection": answer,
        }
        chosen = algorithm or client.description.id_token_signed_response_alg
        text = self._minter.sign(claims, chosen, now, typ="token-introspection+jwt")
        return Answer(200, text.encode(), NO_STORE, JWT_TYPE.encode())
