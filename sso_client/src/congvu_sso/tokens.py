"""What a verified token says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from congvu_sso import claims as read
from congvu_sso.claims import Claims
from congvu_sso.errors import TokenMalformed

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_CHAIN = 16


@dataclass(frozen=True, slots=True)
class Actor:
    """Who really acts when the subject is an organisation (RFC 8693 section 4.1)."""

    subject: str
    actor: "Actor | None" = None
    """Who acted before, in a chain of delegations; for information only."""

    @classmethod
    def from_claims(cls, claims: Claims, *, depth: int = 0) -> Self | None:
        act = read.optional_object(claims, "act")
        if act is None:
            return None
        if depth == LONGEST_CHAIN:
            raise TokenMalformed("Claim act is nested too deeply.")
        return cls(read.text(act, "sub"), cls.from_claims(act, depth=depth + 1))


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the holder must prove to hold (RFC 7800)."""

    jkt: str | None
    """Thumbprint of a DPoP key (RFC 9449 section 6.1)."""
    x5t_s256: str | None
    """Thumbprint of a client certificate (RFC 8705 section 3.1)."""

    @classmethod
    def from_claims(cls, claims: Claims) -> Self | None:
        cnf = read.optional_object(claims, "cnf")
        if cnf is None:
            return None
        return cls(read.optional_text(cnf, "jkt"), read.optional_text(cnf, "x5t#S256"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """RFC 9068 section 2.2."""

    issuer: str
    subject: str
    """Stable: it outlives names, logins and addresses."""
    audience: tuple[str, ...]
    client_id: str
    token_id: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    session_id: str | None
    authenticated_at: datetime | None
    acr: str | None
    amr: tuple[str, ...]
    actor: Actor | None
    confirmation: Confirmation | None
    claims: Mapping[str, Any] = field(repr=False, hash=False)
    """All of them, as issued."""

    @classmethod
    def from_claims(cls, claims: dict[str, Any]) -> Self:
        """Raises TokenMalformed."""
        return cls(
            issuer=read.text(claims, "iss"),
            subject=read.text(claims, "sub"),
            audience=read.texts(claims, "aud"),
            client_id=read.text(claims, "client_id"),
            token_id=read.text(claims, "jti"),
            scopes=frozenset((read.optional_text(claims, "scope") or "").split()),
            issued_at=read.moment(claims, "iat"),
            expires_at=read.moment(claims, "exp"),
            session_id=read.optional_text(claims, "sid"),
            authenticated_at=read.optional_moment(claims, "auth_time"),
            acr=read.optional_text(claims, "acr"),
            amr=read.texts(claims, "amr"),
            actor=Actor.from_claims(claims),
            confirmation=Confirmation.from_claims(claims),
            claims=MappingProxyType(claims),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """OpenID Connect Core 1.0 section 2."""

    issuer: str
    subject: str
    audience: tuple[str, ...]
    authorised_party: str | None
    issued_at: datetime
    expires_at: datetime
    nonce: str | None
    session_id: str | None
    authenticated_at: datetime | None
    acr: str | None
    amr: tuple[str, ...]
    actor: Actor | None
    claims: Mapping[str, Any] = field(repr=False, hash=False)

    @classmethod
    def from_claims(cls, claims: dict[str, Any]) -> Self:
        """Raises TokenMalformed."""
        return cls(
            issuer=read.text(claims, "iss"),
            subject=read.text(claims, "sub"),
            audience=read.texts(claims, "aud"),
            authorised_party=read.optional_text(claims, "azp"),
            issued_at=read.moment(claims, "iat"),
            expires_at=read.moment(claims, "exp"),
            nonce=read.optional_text(claims, "nonce"),
            session_id=read.optional_text(claims, "sid"),
            authenticated_at=read.optional_moment(claims, "auth_time"),
            acr=read.optional_text(claims, "acr"),
            amr=read.texts(claims, "amr"),
            actor=Actor.from_claims(claims),
            claims=MappingProxyType(claims),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutToken:
    """OpenID Connect Back-Channel Logout 1.0 section 2.4. End `session_id`, or all of `subject`."""

    issuer: str
    audience: tuple[str, ...]
    token_id: str
    """Remember it until `expires_at` when ending a session twice would do harm."""
    issued_at: datetime
    expires_at: datetime
    subject: str | None
    session_id: str | None
    claims: Mapping[str, Any] = field(repr=False, hash=False)

    @classmethod
    def from_claims(cls, claims: dict[str, Any]) -> Self:
        """Raises TokenMalformed."""
        return cls(
            issuer=read.text(claims, "iss"),
            audience=read.texts(claims, "aud"),
            token_id=read.text(claims, "jti"),
            issued_at=read.moment(claims, "iat"),
            expires_at=read.moment(claims, "exp"),
            subject=read.optional_text(claims, "sub"),
            session_id=read.optional_text(claims, "sid"),
            claims=MappingProxyType(claims),
        )
