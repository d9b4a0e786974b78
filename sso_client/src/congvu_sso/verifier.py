"""Verifying tokens without asking the issuer."""

import time
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Any, Self

import httpx

from congvu_sso.binding import BindingCheck
from congvu_sso.cache_settings import CacheSettings
from congvu_sso.checks import (
    check_audience,
    check_client,
    check_issuer,
    check_logout,
    check_nonce,
    check_scopes,
    check_sign_in,
    check_times,
)
from congvu_sso.claims import parse_object
from congvu_sso.compact import EXTERNAL_KEYS, read_compact
from congvu_sso.dpop import DpopRequest
from congvu_sso.errors import AlgorithmRefused, SignatureInvalid, TokenMalformed
from congvu_sso.key_store import KeyStore
from congvu_sso.public_keys import DEFAULT_ALGORITHMS, KNOWN_ALGORITHMS
from congvu_sso.remembered import RememberedSignatures
from congvu_sso.replay import ReplayGuard, ReplayMemory
from congvu_sso.tokens import AccessToken, IdToken, LogoutToken
from congvu_sso.urls import parse_address

LONGEST_KEY_NAME = 256
OWN_OR_EXTERNAL_KEYS = EXTERNAL_KEYS | {"jwk"}


class Verifier:
    """Tokens of one issuer. Build one for the process and share it between threads.

    It speaks to the issuer only to fetch keys: at first use, when they are due, and when a token
    names a key that is not there.
    """

    def __init__(
        self,
        issuer: str,
        *,
        audience: str | Collection[str] = (),
        algorithms: Collection[str] = DEFAULT_ALGORITHMS,
        leeway_seconds: float = 30,
        max_token_bytes: int = 16 * 1024,
        remember: int = 4096,
        jwks_uri: str | None = None,
        cache: CacheSettings | None = None,
        replay: ReplayGuard | None = None,
        http: httpx.Client | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is fetched yet.

        audience: what access tokens must be meant for, or several of which one is enough.
        remember: tokens whose signature is not calculated again; 0 for none.
        jwks_uri: skips discovery, and may then be at another address than the issuer.
        clock: seconds since 1970.
        Raises ValueError for an address without TLS (save on loopback) or a symmetric algorithm.
        """
        for url in (issuer, jwks_uri or issuer):
            if not parse_address(url).is_private_to_transport:
                raise ValueError("issuer and jwks_uri must be https, save on loopback")
        if not algorithms or not KNOWN_ALGORITHMS.issuperset(algorithms):
            raise ValueError(f"algorithms must be some of {sorted(KNOWN_ALGORITHMS)}")
        self._issuer = issuer
        self._audience = frozenset({audience} if isinstance(audience, str) else audience)
        self._algorithms = frozenset(algorithms)
        self._leeway = leeway_seconds
        self._max_token_bytes = max_token_bytes
        self._clock = clock
        self._remembered = RememberedSignatures(remember)
        guard = replay if replay is not None else ReplayMemory(clock=clock)
        self._binding = BindingCheck(guard, self._algorithms, leeway_seconds, clock)
        self._owns_http = http is None
        self._http = http if http is not None else new_http_client()
        self._keys = KeyStore(issuer, self._http, clock, cache or CacheSettings(), jwks_uri)

    def verify_access_token(
        self,
        token: str,
        *,
        required_scopes: Collection[str] = (),
        dpop: DpopRequest | None = None,
        certificate: bytes | str | None = None,
        binding_checked_elsewhere: bool = False,
    ) -> AccessToken:
        """RFC 9068 section 4.

        dpop: when the request came with the `DPoP` scheme.
        certificate: the client's, in DER or PEM, when the connection has one.
        binding_checked_elsewhere: a bound token is taken without proof; only behind a gateway that
        checked it.
        Raises TokenRefused (401), ScopeMissing (403), Unavailable (503).
        """
        if not self._audience:
            raise ValueError("this verifier was built without an audience for access tokens")
        claims = self._verified_claims(token, "at+jwt")
        check_audience(claims, self._audience)
        access = AccessToken.from_claims(claims)
        if not binding_checked_elsewhere:
            self._binding.check(token, access.confirmation, dpop, certificate)
        check_scopes(access, required_scopes)
        return access

    def verify_id_token(
        self, token: str, *, client_id: str, nonce: str | None = None, max_age: float | None = None
    ) -> IdToken:
        """OpenID Connect Core 1.0 section 3.1.3.7.

        nonce, max_age: as sent in the request; give them whenever they were.
        Raises TokenRefused, Unavailable.
        """
        claims = self._verified_claims(token, "jwt")
        check_client(claims, client_id)
        check_nonce(claims, nonce)
        check_sign_in(claims, max_age, self._clock(), self._leeway)
        return IdToken.from_claims(claims)

    def verify_logout_token(self, token: str, client_id: str) -> LogoutToken:
        """OpenID Connect Back-Channel Logout 1.0 section 2.6. Raises TokenRefused, Unavailable."""
        claims = self._verified_claims(token, "logout+jwt")
        check_audience(claims, {client_id})
        logout = LogoutToken.from_claims(claims)
        check_logout(logout)
        return logout

    def refresh(self) -> None:
        """Fetch the keys now: at start to fail early, or from a timer so that no request waits.

        Raises KeysUnavailable; the keys there are stay in use.
        """
        self._keys.refresh()

    def close(self) -> None:
        """Also what leaving a `with` block does. A client that was handed in stays open."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _verified_claims(self, token: str, kind: str) -> dict[str, Any]:
        """Of a token that is of this kind, signed by the issuer, and valid now.

        The payload is hostile until the signature is checked, so it is not even parsed before.
        """
        compact = read_compact(token, self._max_token_bytes)
        algorithm = compact.check_header(
            types={kind}, algorithms=self._algorithms, refused=OWN_OR_EXTERNAL_KEYS
        )
        key = self._keys.find(_key_name(compact.header))
        if algorithm not in key.algorithms:
            raise AlgorithmRefused
        parts = (compact.signed, compact.signature)
        if not self._remembered.verify(token, key, algorithm, parts):
            raise SignatureInvalid
        claims = parse_object(compact.payload)
        check_issuer(claims, self._issuer)
        check_times(claims, self._clock(), self._leeway)
        return claims


def _key_name(header: dict[str, Any]) -> str:
    """Only ever looked up in memory: never a path, a query or an address."""
    kid = header.get("kid")
    if isinstance(kid, str) and 0 < len(kid) <= LONGEST_KEY_NAME:
        return kid
    raise TokenMalformed("The token must name its key.")


def new_http_client() -> httpx.Client:
    """Connections are not kept: a refresh is rare, and a fork would share them."""
    return httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
