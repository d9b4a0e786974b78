"""The answer of the token endpoint: which tokens a grant yields and what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sso.claims.scopes import Scope
from sso.claims.subject import Claims
from sso.clients.description import GrantType
from sso.clients.registry import Client
from sso.tokens.minting import AccessToken, AccessTokenForm, Authentication, Minter
from sso.tokens.models import Grant
from sso.tokens.refresh import RefreshToken, RefreshTokens

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  # a name of RFC 8693


@dataclass(frozen=True, slots=True)
class GrantView:
    """What tokens need to know of a grant, wherever it was read."""

    id: UUID
    account_id: UUID
    actor_account_id: UUID | None
    participation_id: UUID | None
    scope: Sequence[str]
    resources: Sequence[str]
    authentication: Authentication
    generation: int

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls(
            grant.id,
            grant.account_id,
            grant.actor_account_id,
            grant.participation_id,
            grant.scope,
            grant.resources,
            Authentication(grant.authenticated_at, grant.acr, grant.amr),
            grant.generation,
        )

    def narrowed(self, scope: Sequence[str] | None, resources: Sequence[str]) -> "GrantView":
        """For one answer: less than what was granted (RFC 6749 section 6, RFC 8707)."""
        return replace(self, scope=scope or self.scope, resources=resources or self.resources)


@dataclass(frozen=True, slots=True)
class Issued:
    """An answer for the client, and what the audit trail says of it."""

    answer: dict[str, Any]
    access_token: AccessToken


class TokenIssuer:
    """Signs; reads and writes nothing."""

    def __init__(self, minter: Minter, refresh_tokens: RefreshTokens, claims: Claims) -> None:
        self.minter = minter
        self.refresh_tokens = refresh_tokens
        self.claims = claims

    def for_client(
        self,
        client: Client,
        *,
        scope: Sequence[str],
        resources: Sequence[str],
        confirmation: Mapping[str, str] | None,
        now: datetime,
    ) -> Issued:
        """Client credentials: the client is the subject (RFC 9068 section 2.2)."""
        form = AccessTokenForm(
            sub=client.client_id,
            client_id=client.client_id,
            audience=resources or self.default_audience(client),
            scope=scope,
            confirmation=confirmation,
        )
        token = self.minter.access_token(client, form, now)
        return Issued(_answer(token, scope, confirmation), token)

    def for_grant(
        self,
        client: Client,
        grant: GrantView,
        *,
        now: datetime,
        confirmation: Mapping[str, str] | None = None,
        nonce: str | None = None,
        id_token_claims: Mapping[str, Any] | None = None,
    ) -> Issued:
        """Access token, ID token when the scope has `openid`, and a refresh token if there is one.

        The refresh token is the one of the grant's generation; 0 means none.
        """
        sub = self.claims.sub(client, grant.account_id)
        act = self._act(client, grant)
        form = AccessTokenForm(
            sub=sub,
            client_id=client.client_id,
            audience=grant.resources or self._audience_of_person(client, grant.scope),
            scope=grant.scope,
            grant_id=grant.id,
            sid=grant.participation_id,
            authentication=grant.authentication,
            act=act,
            confirmation=confirmation,
        )
        token = self.minter.access_token(client, form, now)
        answer = _answer(token, grant.scope, confirmation)
        if Scope.OPENID in grant.scope:
            answer["id_token"] = self.minter.id_token(
                client,
                sub=sub,
                authentication=grant.authentication,
                now=now,
                sid=grant.participation_id,
                nonce=nonce,
                access_token=token.text,
                act=act,
                claims=id_token_claims,
            )
        if grant.generation and client.check_grant_type(GrantType.REFRESH_TOKEN):
            answer["refresh_token"] = self.refresh_tokens.encode(
                RefreshToken(grant.id, grant.generation)
            )
        return Issued(answer, token)

    def for_exchange(self, client: Client, form: AccessTokenForm, *, now: datetime) -> Issued:
        """RFC 8693 section 2.2.1: an access token and nothing else."""
        token = self.minter.access_token(client, form, now)
        answer = _answer(token, form.scope, form.confirmation)
        return Issued(answer | {"issued_token_type": ACCESS_TOKEN}, token)

    def _act(self, client: Client, grant: GrantView) -> dict[str, str] | None:
        if grant.actor_account_id is None:
            return None
        return {"sub": self.claims.sub(client, grant.actor_account_id)}

    def _audience_of_person(self, client: Client, scope: Sequence[str]) -> Sequence[str]:
        """Ourselves, who answer at userinfo, where the client named no resource.

        Never both: what a resource server is shown it must not be able to show to us, to learn
        what the client may and it may not (RFC 9700 section 2.3).
        """
        return [self.minter.issuer] if Scope.OPENID in scope else self.default_audience(client)

    def default_audience(self, client: Client) -> Sequence[str]:
        """Where the client named no resource: its usual one, or ourselves (RFC 9068 section 3)."""
        return client.description.resources[:1] or [self.minter.issuer]


def _answer(
    token: AccessToken, scope: Sequence[str], confirmation: Mapping[str, str] | None
) -> dict[str, Any]:
    bound_by_proof = confirmation is not None and "jkt" in confirmation
    return {
        "access_token": token.text,
        "token_type": "DPoP" if bound_by_proof else "Bearer",
        "expires_in": token.seconds,
        "scope": " ".join(scope),
    }
