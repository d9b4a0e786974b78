"""What the claims of a token must say, one check for each."""

from collections.abc import Collection
from hmac import compare_digest

from congvu_sso import claims as read
from congvu_sso.claims import Claims
from congvu_sso.errors import (
    AudienceWrong,
    AuthenticationTooOld,
    IssuerWrong,
    NonceWrong,
    ScopeMissing,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
)
from congvu_sso.tokens import LOGOUT_EVENT, AccessToken, LogoutToken


def check_issuer(claims: Claims, issuer: str) -> None:
    if read.text(claims, "iss") != issuer:
        raise IssuerWrong


def check_times(claims: Claims, now: float, leeway_seconds: float) -> None:
    """`exp` and `iat` are required, `nbf` counts if it is there."""
    if now >= read.seconds(claims, "exp") + leeway_seconds:
        raise TokenExpired
    if read.seconds(claims, "iat") > now + leeway_seconds:
        raise TokenNotYetValid
    if claims.get("nbf") is not None and read.seconds(claims, "nbf") > now + leeway_seconds:
        raise TokenNotYetValid


def check_audience(claims: Claims, accepted: Collection[str]) -> None:
    if not any(audience in accepted for audience in read.texts(claims, "aud")):
        raise AudienceWrong


def check_scopes(token: AccessToken, required: Collection[str]) -> None:
    if not token.scopes.issuperset(required):
        raise ScopeMissing(required)


def check_client(claims: Claims, client_id: str) -> None:
    """OpenID Connect Core 1.0 section 3.1.3.7, steps 3 to 5."""
    check_audience(claims, {client_id})
    several = len(read.texts(claims, "aud")) > 1
    party = read.optional_text(claims, "azp")
    if party != client_id and (several or party is not None):
        raise AudienceWrong


def check_nonce(claims: Claims, nonce: str | None) -> None:
    if nonce is None:
        return
    found = read.optional_text(claims, "nonce") or ""
    if not compare_digest(found.encode(errors="replace"), nonce.encode(errors="replace")):
        raise NonceWrong


def check_sign_in(claims: Claims, max_age: float | None, now: float, leeway_seconds: float) -> None:
    """max_age: seconds since the person signed in, as asked for in the request."""
    if max_age is not None and now - read.seconds(claims, "auth_time") > max_age + leeway_seconds:
        raise AuthenticationTooOld


def check_logout(token: LogoutToken) -> None:
    """OpenID Connect Back-Channel Logout 1.0 section 2.6, steps 4 to 6."""
    events = read.optional_object(token.claims, "events") or {}
    if not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenMalformed("Claim events must name the logout.")
    if token.subject is None and token.session_id is None:
        raise TokenMalformed("Neither sub nor sid says what has ended.")
    if "nonce" in token.claims:  # or it could pass for an ID token
        raise TokenMalformed("A logout token must not have a nonce.")
