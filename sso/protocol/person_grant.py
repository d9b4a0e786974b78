"""The first tokens of a grant that a person gave, however they gave it."""

from typing import Any

from sso.clients.description import GrantType
from sso.clients.registry import Client
from sso.protocol.confirmation import confirmation
from sso.protocol.resource_indicators import requested_resources
from sso.protocol.server import ProtocolRequest, ProtocolServer, claims_for_id_token
from sso.protocol.token_records import record_issued
from sso.tokens.issuing import GrantView
from sso.tokens.models import Grant


class IssuesForPerson:
    """What Authlib's grants do about tokens, in the transaction of the request."""

    request: ProtocolRequest
    server: ProtocolServer

    def nonce(self) -> str | None:
        """What the ID token repeats of the authorization request."""
        return None

    def generate_token(
        self,
        user: Grant | None = None,
        scope: str | None = None,
        grant_type: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,  # noqa: FBT001, FBT002  # Authlib's signature
    ) -> dict[str, Any]:
        del scope, grant_type, expires_in  # the grant says it all
        if user is None:
            raise RuntimeError("tokens without a grant")
        request, client = self.request, self.request.client
        if include_refresh_token and client.check_grant_type(GrantType.REFRESH_TOKEN):
            _begin_family(user, request, client)
        return self._issue(user, request, client)

    def _issue(self, grant: Grant, request: ProtocolRequest, client: Client) -> dict[str, Any]:
        server, caller = self.server, request.caller
        assert caller is not None  # noqa: S101  # authenticate_client has seen to it
        resources = requested_resources(
            client, request.many.get("resource", ()), granted=grant.resources
        )
        issued = server.issuer.for_grant(
            client,
            GrantView.of(grant).narrowed(None, resources),
            now=request.now,
            confirmation=confirmation(caller, request.proof),
            nonce=self.nonce(),
            id_token_claims=claims_for_id_token(
                request.session, server.claims, client, grant, request.now
            ),
        )
        record_issued(request, client, issued, grant)
        return issued.answer

    def save_token(self, token: dict[str, Any]) -> None:
        """Nothing: access tokens are signed, refresh tokens a generation of the grant."""


def _begin_family(grant: Grant, request: ProtocolRequest, client: Client) -> None:
    """Refresh tokens of a public client are worth nothing without its key (RFC 9449 section 5)."""
    grant.generation, grant.refreshed_at = 1, request.now
    if not client.is_public:
        return
    if request.proof is not None:
        grant.dpop_thumbprint = request.proof.thumbprint
    if request.caller and client.description.tls_client_certificate_bound_access_tokens:
        grant.certificate_thumbprint = request.caller.certificate_thumbprint
