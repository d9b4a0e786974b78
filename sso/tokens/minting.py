"""Makes the signed tokens: access tokens (RFC 9068), ID tokens, logout tokens."""

import enum
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc import jwt

from kernel import base64url
from sso.clients.registry import Client
from sso.keys.compact import sign_compact
from sso.keys.models import Algorithm
from sso.keys.ring import LoadedKey, SigningKeys
from sso.keys.signatures import OURS, UNREADABLE
from sso.settings import SignOnSettings

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_SECONDS = 120
LONGEST_TOKEN = 16_384
HASHES = {Algorithm.ES256: hashlib.sha256, Algorithm.RS256: hashlib.sha256}


class TokenType(enum.StrEnum):
    """The `typ` of a header, so that no token passes for another (RFC 8725 section 3.11)."""

    ACCESS = "at+jwt"
    ID = "JWT"
    LOGOUT = "logout+jwt"
    INTROSPECTION = "token-introspection+jwt"


@dataclass(frozen=True, slots=True)
class Authentication:
    """How and when the person showed who they are."""

    at: datetime
    acr: str
    amr: Sequence[str]

    def claims(self) -> dict[str, Any]:
        return {
            "auth_time": int(self.at.timestamp()),
            "acr": self.acr,
            "amr": list(self.amr),
        }


@dataclass(frozen=True, slots=True)
class AccessTokenForm:
    """What an access token is to say; times, id and issuer are added when it is made."""

    sub: str
    client_id: str
    audience: Sequence[str]
    scope: Sequence[str]
    grant_id: UUID | None = None
    sid: UUID | None = None
    authentication: Authentication | None = None
    act: Mapping[str, Any] | None = None
    """Who really acts (RFC 8693 section 4.1)."""
    confirmation: Mapping[str, str] | None = None
    """The key or certificate that its bearer must show (RFC 7800)."""
    longest_seconds: int | None = None
    """Less than the client's usual lifetime, where something else ends before."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    text: str
    jti: str
    seconds: int


class Minter:
    def __init__(
        self, issuer: str, keys: Callable[[], SigningKeys], settings: SignOnSettings
    ) -> None:
        self.issuer = issuer
        self._keys = keys
        self._settings = settings

    def access_token(self, client: Client, form: AccessTokenForm, now: datetime) -> AccessToken:
        """RFC 9068 section 2.2. Raises NoSigningKey."""
        seconds = client.description.access_token_seconds or self._settings.access_token_seconds
        if form.longest_seconds is not None:
            seconds = min(seconds, form.longest_seconds)
        jti = secrets.token_urlsafe(18)
        issued = int(now.timestamp())
        audience = form.audience
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": form.sub,
            "aud": audience[0] if len(audience) == 1 else list(audience),
            "client_id": form.client_id,
            "iat": issued,
            "exp": issued + seconds,
            "jti": jti,
            "scope": " ".join(form.scope),
        }
        if form.grant_id is not None:
            claims["grant_id"] = str(form.grant_id)
        if form.sid is not None:
            claims["sid"] = str(form.sid)
        if form.authentication is not None:
            claims |= form.authentication.claims()
        if form.act is not None:
            claims["act"] = dict(form.act)
        if form.confirmation:
            claims["cnf"] = dict(form.confirmation)
        algorithm = client.description.access_token_signed_response_alg
        return AccessToken(self.sign(claims, algorithm, now, TokenType.ACCESS), jti, seconds)

    def id_token(  # each is a claim of the standard
        self,
        client: Client,
        *,
        sub: str,
        authentication: Authentication,
        now: datetime,
        sid: UUID | None = None,
        nonce: str | None = None,
        access_token: str | None = None,
        act: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """OpenID Connect Core section 2. Raises NoSigningKey."""
        algorithm = client.description.id_token_signed_response_alg
        issued = int(now.timestamp())
        body: dict[str, Any] = {
            **(claims or {}),
            "iss": self.issuer,
            "sub": sub,
            "aud": client.client_id,
            "iat": issued,
            "exp": issued + self._settings.access_token_seconds,
            **authentication.claims(),
        }
        if sid is not None:
            body["sid"] = str(sid)
        if nonce is not None:
            body["nonce"] = nonce
        if act is not None:
            body["act"] = dict(act)
        if access_token is not None:
            body["at_hash"] = _left_half(access_token, algorithm)
        return self.sign(body, algorithm, now, TokenType.ID)

    def logout_token(self, client: Client, *, sub: str, sid: UUID, now: datetime) -> str:
        """OpenID Connect Back-Channel Logout 1.0 section 2.4. Raises NoSigningKey."""
        issued = int(now.timestamp())
        claims = {
            "iss": self.issuer,
            "sub": sub,
            "aud": client.client_id,
            "iat": issued,
            "exp": issued + LOGOUT_TOKEN_SECONDS,
            "jti": secrets.token_urlsafe(18),
            "sid": str(sid),
            "events": {LOGOUT_EVENT: {}},
        }
        algorithm = client.description.id_token_signed_response_alg
        return self.sign(claims, algorithm, now, TokenType.LOGOUT)

    def sign(
        self, claims: Mapping[str, Any], algorithm: Algorithm, now: datetime, typ: TokenType
    ) -> str:
        """Raises NoSigningKey."""
        key = self._keys().signing(algorithm, now)
        return sign_compact(key.private, claims, kid=key.kid, algorithm=algorithm.value, typ=typ)

    def read(self, token: str, typ: TokenType) -> dict[str, Any] | None:
        """The claims of a token of that type that we signed with a published key.

        None for all others. The time is not looked at: that is for whoever asks.
        """
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        keys = self._keys()
        try:
            decoded = jwt.decode(token, lambda found: _key_of(found, keys).key, registry=OURS)
        except UNREADABLE:
            return None
        if decoded.header.get("typ") != typ or decoded.claims.get("iss") != self.issuer:
            return None
        return decoded.claims


def _key_of(found: Any, keys: SigningKeys) -> LoadedKey:
    """By the id in the header, and only for the algorithm that the key is for."""
    header = found.headers()
    key = keys.by_kid[header["kid"]]
    if header["alg"] != key.algorithm.value:
        raise ValueError("algorithm of another key")
    return key


def _left_half(text: str, algorithm: Algorithm) -> str:
    """`at_hash`, OpenID Connect Core section 3.1.3.6; Ed25519 hashes with SHA-512."""
    digest = HASHES.get(algorithm, hashlib.sha512)(text.encode()).digest()
    return base64url.encode(digest[: len(digest) // 2])
