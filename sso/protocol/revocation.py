"""Revocation (RFC 7009): a refresh token ends its grant, an access token only itself."""

from datetime import UTC, datetime
from uuid import UUID

import anyio.to_thread
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlalchemy.dialects.postgresql import insert

from kernel.clock import Clock
from kernel.database import Database
from sso.clients.registry import Client
from sso.protocol.client_authentication import ClientAuthenticator
from sso.protocol.http import Answer, BackChannelRequest
from sso.protocol.token_records import TokenAuditTag, record_revoked
from sso.tokens.grants import revoke_grant
from sso.tokens.models import Grant, RevokedToken
from sso.tokens.reading import AccessTokenReader
from sso.tokens.refresh import RefreshTokens


class RevocationEndpoint:
    def __init__(  # built once, in sso.assembly
        self,
        authenticator: ClientAuthenticator,
        reader: AccessTokenReader,
        refresh_tokens: RefreshTokens,
        database: Database,
        clock: Clock,
    ) -> None:
        self._authenticator = authenticator
        self._reader = reader
        self._refresh_tokens = refresh_tokens
        self._database = database
        self._clock = clock

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """The same answer for tokens that are unknown or another client's. Raises OAuth2Error."""
        caller = await self._authenticator.authenticate(request, self._clock())
        token = request.form.get("token")
        if token is None:
            raise InvalidRequestError("Missing token.")
        await anyio.to_thread.run_sync(self._revoke, request, caller.client, token)
        return Answer(200, {})

    def _revoke(self, request: BackChannelRequest, client: Client, text: str) -> None:
        refresh = self._refresh_tokens.decode(text)
        if refresh is not None:
            self._revoke_grant(request, client, refresh.grant_id)
            return
        now = self._clock()
        claims = self._reader.signed(text, now)
        if claims is None or claims["client_id"] != client.client_id:
            return
        with self._database.transaction() as session:
            values = {
                "jti": claims["jti"],
                "expires_at": datetime.fromtimestamp(claims["exp"], UTC),
            }
            session.execute(insert(RevokedToken).values(values).on_conflict_do_nothing())
            record_revoked(session, request, client, None, TokenAuditTag.REVOKED, claims["jti"])

    def _revoke_grant(self, request: BackChannelRequest, client: Client, grant_id: UUID) -> None:
        with self._database.transaction() as session:
            grant = session.get(Grant, grant_id)
            if grant is None or grant.client_id != client.id:
                return
            if revoke_grant(session, grant_id, "revoked_by_client", now=self._clock()):
                record_revoked(
                    session, request, client, grant.account_id, TokenAuditTag.GRANT_REVOKED, None
                )
