"""What clients sign: proofs of their key, request objects, assertions."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.registry import NOW
from tests.support.token_issuer import SigningKey, new_key, sign


@dataclass
class Signer:
    """A key pair of a client."""

    algorithm: str = "ES256"
    kid: str = "client-key"
    issuer: str = "http://127.0.0.1:8000"
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = new_key(self.algorithm, self.kid)

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    @property
    def thumbprint(self) -> str:
        return str(self.key.thumbprint())

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A header value of None leaves one out."""
        full = {"alg": self.algorithm, "kid": self.kid} | header
        present = {name: value for name, value in full.items() if value is not None}
        return sign(present, claims, self.key, self.algorithm)

    def proof(
        self,
        path: str,
        *,
        method: str = "POST",
        now: datetime = NOW,
        access_token: str | None = None,
        **claims: Any,
    ) -> dict[str, str]:
        """The header of RFC 9449."""
        body = {
            "htm": method,
            "htu": f"{self.issuer}{path}",
            "iat": int(now.timestamp()),
            "jti": secrets.token_urlsafe(8),
        } | claims
        if access_token is not None:
            digest = hashlib.sha256(access_token.encode()).digest()
            body["ath"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        jwk = {name: value for name, value in self.jwks["keys"][0].items() if name != "kid"}
        return {"DPoP": self.sign(body, typ="dpop+jwt", jwk=jwk, kid=None)}

    def request_object(
        self, client_id: str, parameters: dict[str, Any], /, *, now: datetime = NOW, **changes: Any
    ) -> str:
        """RFC 9101; a claim of None is left out, `header` are changes of the header."""
        header = {"typ": "oauth-authz-req+jwt"} | changes.pop("header", {})
        moment = int(now.timestamp())
        claims = {
            **parameters,
            "iss": client_id,
            "aud": self.issuer,
            "client_id": client_id,
            "iat": moment,
            "exp": moment + 300,
            "jti": secrets.token_urlsafe(8),
        } | changes
        present = {name: value for name, value in claims.items() if value is not None}
        return self.sign(present, **header)
