"""The token endpoint (RFC 6749 section 3.2).

The two grants that machines use all day, client credentials and refresh, are answered here on
the event loop: the first touches no database at all, the second shares one transaction with
whatever arrives meanwhile. An exchange reads the token that it is given there too. All other
grants begin with a person, come once a working day, and are Authlib's, in a thread (`server.py`).
Figures in docs/performance.md.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import anyio.to_thread
from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
)

from kernel.batching import Batcher
from kernel.clock import Clock
from sso.clients.description import GrantType
from sso.clients.registry import Client
from sso.protocol.client_authentication import Caller, ClientAuthenticator
from sso.protocol.confirmation import confirmation
from sso.protocol.dpop import Proof, ProofChecker
from sso.protocol.errors import InvalidProof
from sso.protocol.http import Answer, BackChannelRequest
from sso.protocol.resource_indicators import requested_resources
from sso.protocol.server import ProtocolServer
from sso.protocol.token_records import TOKEN_REQUEST, Spool, TokenAuditTag, client_actor
from sso.tokens.issuing import GrantView, Issued, TokenIssuer
from sso.tokens.rotation import Outcome, RefreshRotation, Refusal, Reused, Rotation

ATTEMPTS = 3
"""At a rotation that crossed with another one."""
PEOPLE_ONLY = {"openid", "offline_access"}
"""Scopes that mean nothing where no person is (OpenID Connect Core section 3)."""

Handler = Callable[[BackChannelRequest, Caller, Proof | None, datetime], Awaitable[Answer]]


class TokenEndpoint:
    def __init__(  # noqa: PLR0917  # built once, in sso.assembly
        self,
        authenticator: ClientAuthenticator,
        proofs: ProofChecker,
        issuer: TokenIssuer,
        rotation: RefreshRotation,
        server: ProtocolServer,
        spool: Spool,
        clock: Clock,
        exchange: "Handler",
    ) -> None:
        self._authenticator = authenticator
        self._proofs = proofs
        self._issuer = issuer
        self._server = server
        self._spool = spool
        self._clock = clock
        self._rotations: Batcher[Rotation, Outcome] = Batcher(rotation.rotate)
        self._handlers: Mapping[str, Handler] = {
            GrantType.CLIENT_CREDENTIALS: self._client_credentials,
            GrantType.REFRESH_TOKEN: self._refresh,
            GrantType.TOKEN_EXCHANGE: exchange,
        }

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """Raises OAuth2Error."""
        grant_type = request.form.get("grant_type")
        if grant_type is None:
            raise InvalidRequestError("Missing grant_type.")
        now = self._clock()
        caller = await self._authenticator.authenticate(request, now)
        proof = await self._proofs.check(request, now)
        if proof is None and caller.client.description.dpop_bound_access_tokens:
            raise InvalidProof("This client must show a DPoP proof.")
        handler = self._handlers.get(grant_type)
        if handler is None:
            return await anyio.to_thread.run_sync(
                self._server.answer_token_request, request, caller, proof
            )
        if not caller.client.check_grant_type(grant_type):
            raise UnauthorizedClientError("The client may not use this grant type.")
        return await handler(request, caller, proof, now)

    async def _client_credentials(
        self, request: BackChannelRequest, caller: Caller, proof: Proof | None, now: datetime
    ) -> Answer:
        client = caller.client
        resources = requested_resources(client, request.many.get("resource", ()))
        scope = client.get_allowed_scope(request.form.get("scope"))
        if scope is None:
            raise InvalidScopeError
        issued = self._issuer.for_client(
            client,
            scope=[name for name in scope.split() if name not in PEOPLE_ONLY],
            resources=resources,
            confirmation=confirmation(caller, proof),
            now=now,
        )
        self._record(request, TokenAuditTag.ISSUED, client, issued, None)
        return Answer(200, issued.answer)

    async def _refresh(
        self, request: BackChannelRequest, caller: Caller, proof: Proof | None, now: datetime
    ) -> Answer:
        token = self._issuer.refresh_tokens.decode(request.form.get("refresh_token", ""))
        if token is None:
            raise InvalidGrantError("The refresh token is not one of ours.")
        client, scope = caller.client, request.form.get("scope")
        resources = request.many.get("resource", ())
        # what is wrong for any grant is refused before this one moves on
        narrowed_scope(client.description.scope, scope)
        requested_resources(client, resources)
        rotation = Rotation(
            token, client.id, proof.thumbprint if proof else None, caller.certificate_thumbprint
        )
        bound_to = confirmation(caller, proof)  # what may fail does so before the token is spent
        grant = await self._rotated(request, client, rotation)
        grant = grant.narrowed(
            narrowed_scope(grant.scope, scope),
            requested_resources(client, resources, granted=grant.resources),
        )
        claims = None
        if client.description.id_token_claims:
            claims = await anyio.to_thread.run_sync(self._server.id_token_claims, client, grant.id)
        issued = self._issuer.for_grant(
            client,
            grant,
            now=now,
            confirmation=bound_to,
            id_token_claims=claims,
        )
        self._record(request, TokenAuditTag.REFRESHED, client, issued, grant.account_id)
        return Answer(200, issued.answer)

    async def _rotated(
        self, request: BackChannelRequest, client: Client, rotation: Rotation
    ) -> GrantView:
        """Raises InvalidGrantError."""
        grant_id = rotation.token.grant_id
        for _attempt in range(ATTEMPTS):
            found = await self._rotations.submit(rotation)
            if isinstance(found, GrantView):
                return found
            if found is Refusal.NEEDS_CHECK:
                await anyio.to_thread.run_sync(self._server.check_grant, client, grant_id)
                continue
            if isinstance(found, Reused):
                self._record_reuse(request, client, grant_id, found.account_id)
            if found is not Refusal.CROSSED:
                break
        raise InvalidGrantError("The refresh token is expired, revoked or used.")

    def _record(
        self,
        request: BackChannelRequest,
        tag: TokenAuditTag,
        client: Client,
        issued: Issued,
        subject_id: UUID | None,
    ) -> None:
        """Before the answer leaves: no token without its record."""
        self._spool.record(
            client_actor(client, request.request_id),
            tag,
            subject_id,
            TOKEN_REQUEST,
            client_id=client.client_id,
            address=request.address,
            jti=issued.access_token.jti,
        )

    def _record_reuse(
        self, request: BackChannelRequest, client: Client, grant_id: UUID, account_id: UUID
    ) -> None:
        self._spool.record(
            client_actor(client, request.request_id),
            TokenAuditTag.REFRESH_REUSED,
            account_id,
            TOKEN_REQUEST,
            client_id=client.client_id,
            address=request.address,
            grant_id=str(grant_id),
        )


def narrowed_scope(granted: Sequence[str], asked: str | None) -> list[str] | None:
    """Raises InvalidScopeError for more than was granted (RFC 6749 section 6)."""
    if asked is None:
        return None
    names = list(dict.fromkeys(asked.split()))
    if not names or any(name not in granted for name in names):
        raise InvalidScopeError
    return names
