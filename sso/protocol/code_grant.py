"""The authorization code grant with PKCE (RFC 6749 section 4.1, RFC 7636, OpenID Connect Core)."""

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge

from sso.clients.description import GrantType
from sso.clients.registry import Client
from sso.protocol.confirmation import confirmation
from sso.protocol.resource_indicators import requested_resources
from sso.protocol.server import ProtocolRequest, claims_for_id_token
from sso.protocol.token_records import record_issued
from sso.tokens.grants import consume_code
from sso.tokens.issuing import GrantView
from sso.tokens.models import AuthorizationCode, Grant

S256_LENGTH = 43


class PresentedCode:
    """A code that has just been spent, as Authlib's grant and its PKCE extension ask it."""

    code_challenge_method = "S256"

    def __init__(self, row: AuthorizationCode, grant: Grant) -> None:
        self.row = row
        self.grant = grant

    @property
    def code_challenge(self) -> str:
        return self.row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.grant.scope)


class RequiredChallenge(CodeChallenge):
    """PKCE with S256 for every client (RFC 9700 section 2.1.1); `plain` is no protection."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012  # Authlib's own name and form

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("code_challenge_method must be S256.")
        if len(data.get("code_challenge", "")) != S256_LENGTH:
            raise InvalidRequestError("code_challenge must be a SHA-256 in base64url.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):
    request: ProtocolRequest

    def query_authorization_code(self, code: str, client: Client) -> PresentedCode | None:
        found = consume_code(self.request.session, code, client, now=self.request.now)
        return None if found is None else PresentedCode(*found)

    def validate_token_request(self) -> None:
        super().validate_token_request()
        presented: PresentedCode = self.request.authorization_code
        bound_to, proof = presented.row.dpop_thumbprint, self.request.proof
        if bound_to is not None and (proof is None or proof.thumbprint != bound_to):
            raise InvalidGrantError("The code is bound to another key.")

    def authenticate_user(self, authorization_code: PresentedCode) -> Grant:
        return authorization_code.grant

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
            raise RuntimeError("a code without a grant")
        nonce = self.request.authorization_code.row.nonce
        return issue_for_person(
            self, user, nonce=nonce, include_refresh_token=include_refresh_token
        )

    def save_token(self, token: dict[str, Any]) -> None:
        """Nothing: access tokens are signed, refresh tokens a generation of the grant."""

    def delete_authorization_code(self, authorization_code: PresentedCode) -> None:
        """Nothing: it was spent when it was read."""


def issue_for_person(
    grant_handler: Any, grant: Grant, *, nonce: str | None, include_refresh_token: bool
) -> dict[str, Any]:
    """The first tokens of a grant, in the transaction of the request."""
    request: ProtocolRequest = grant_handler.request
    server, client, caller = grant_handler.server, request.client, request.caller
    assert caller is not None  # noqa: S101  # authenticate_client has seen to it
    if include_refresh_token and client.check_grant_type(GrantType.REFRESH_TOKEN):
        _begin_family(grant, request, client)
    resources = requested_resources(
        client, request.many.get("resource", ()), granted=grant.resources
    )
    issued = server.issuer.for_grant(
        client,
        GrantView.of(grant).narrowed(None, resources),
        now=request.now,
        confirmation=confirmation(caller, request.proof),
        nonce=nonce,
        id_token_claims=claims_for_id_token(
            request.session, server.claims, client, grant, request.now
        ),
    )
    record_issued(request, client, issued, grant)
    answer: dict[str, Any] = issued.answer
    return answer


def _begin_family(grant: Grant, request: ProtocolRequest, client: Client) -> None:
    """Refresh tokens of a public client are worth nothing without its key (RFC 9449 section 5)."""
    grant.generation, grant.refreshed_at = 1, request.now
    if client.is_public and request.proof is not None:
        grant.dpop_thumbprint = request.proof.thumbprint
    if (
        client.is_public
        and request.caller
        and (client.description.tls_client_certificate_bound_access_tokens)
    ):
        grant.certificate_thumbprint = request.caller.certificate_thumbprint
