"""The authorization code grant with PKCE (RFC 6749 section 4.1, RFC 7636, OpenID Connect Core)."""

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge

from sso.clients.registry import Client
from sso.protocol.person_grant import IssuesForPerson
from sso.tokens.grants import consume_code
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


class CodeGrant(IssuesForPerson, AuthorizationCodeGrant):
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

    def nonce(self) -> str | None:
        presented: PresentedCode = self.request.authorization_code
        return presented.row.nonce

    def delete_authorization_code(self, authorization_code: PresentedCode) -> None:
        """Nothing: it was spent when it was read."""
