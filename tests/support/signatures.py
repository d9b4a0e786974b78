"""What clients sign: proofs of their key, request objects, assertions."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey, KeyParameters, OKPKey, RSAKey

from tests.support.registry import NOW
from tests.support.token_issuer import SigningKey, sign

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


@dataclass
class Signer:
    """A key pair of a client."""

    algorithm: str = "ES256"
    kid: str = "client-key"
    issuer: str = "http://127.0.0.1:8000"
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        parameters: KeyParameters = {"kid": self.kid, "alg": self.algorithm, "use": "sig"}
        if self.algorithm in CURVES:
            self.key = ECKey.generate_key(CURVES[self.algorithm], parameters)
        elif self.algorithm == "EdDSA":
            self.key = OKPKey.generate_key("Ed25519", parameters)
        else:
            self.key = RSAKey.generate_key(2048, parameters)

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def assertion(self, client_id: str, **changes: Any) -> dict[str, str]:
        """The part of a form by which a client authenticates (RFC 7523)."""
        header = {"typ": "JWT"}
        text = self.request_object(client_id, {}, sub=client_id, header=header, **changes)
        return {"client_assertion": text, "client_assertion_type": ASSERTION_TYPE}

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
