"""An ID token of ours that a client shows to say whom it means.

OpenID Connect Core section 3.1.2.1, RP-Initiated Logout 1.0 section 2: it may have expired.
"""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from sso.tokens.minting import Minter, TokenType


@dataclass(frozen=True, slots=True)
class Hint:
    client_id: str
    person: str
    """`sub` of who really signed in: of the custodian where an organisation is the subject."""
    sid: UUID | None

    @classmethod
    def read(cls, token: str | None, minter: Minter) -> Self | None:
        """Raises InvalidRequestError: a hint that cannot be read must not count as none at all."""
        if token is None:
            return None
        claims = minter.read(token, TokenType.ID)
        if claims is None or "exp" not in claims:  # signed userinfo has none
            raise InvalidRequestError("id_token_hint is no ID token of this server.")
        sid = claims.get("sid")
        return cls(claims["aud"], claims.get("act", claims)["sub"], UUID(sid) if sid else None)

    def check_client(self, client_id: str | None) -> None:
        """Raises InvalidRequestError."""
        if self.client_id != client_id:
            raise InvalidRequestError("id_token_hint was issued to another client.")
