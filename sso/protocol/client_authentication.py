"""Which client is asking (RFC 6749 section 2.3, RFC 7523, RFC 8705 section 2)."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import anyio
import anyio.to_thread
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from joserfc import jwt

from kernel import base64url
from sso.clients.description import AuthMethod
from sso.clients.keys import ClientKeys, KeysUnavailable
from sso.clients.registry import Client, Clients
from sso.keys.signatures import FOREIGN, UNREADABLE
from sso.protocol import claim_checks, mutual_tls
from sso.protocol.errors import TooManyRequests
from sso.protocol.http import BackChannelRequest
from sso.protocol.json_input import check_storable
from sso.throttling.clients import ClientThrottling
from sso.tokens.replay import UsedIdentifiers

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION = 8192
LONGEST_ASSERTION_SECONDS = 600
FETCHES = 8
"""Of keys at once; whoever else needs some waits without holding a thread."""
REQUEST_OBJECT_TYPE = "oauth-authz-req+jwt"


class ClientRefused(InvalidClientError):
    """One answer for whatever is wrong: nobody learns which clients there are."""

    def __init__(self) -> None:
        super().__init__(description="Client authentication failed.", status_code=401)


class ClientThrottled(TooManyRequests):
    """Too many failures before this one; it has not been looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many failed attempts of this client from this address.", seconds)


@dataclass(frozen=True, slots=True)
class Caller:
    """A client and how it showed who it is."""

    client: Client
    method: AuthMethod
    certificate_thumbprint: str | None = None
    """Of the certificate on this connection, whether or not it served for authentication."""


class ClientAuthenticator:
    def __init__(
        self,
        clients: Callable[[], Clients],
        keys: ClientKeys,
        used: UsedIdentifiers,
        issuer: str,
        throttling: ClientThrottling,
    ) -> None:
        self._throttling = throttling
        self._fetching = anyio.CapacityLimiter(FETCHES)
        self._clients = clients
        self._keys = keys
        self._used = used
        self._issuer = issuer

    async def authenticate(self, request: BackChannelRequest, now: datetime) -> Caller:
        """Raises InvalidClientError, ClientThrottled, InvalidRequestError for two methods."""
        form = request.form
        authorization = request.header(b"authorization")
        shown = (bool(authorization), "client_secret" in form, "client_assertion" in form)
        if sum(shown) > 1:
            raise InvalidRequestError("Only one client authentication method at a time.")
        basic = _basic(authorization) if authorization else None
        claimed = basic[0] if basic else _claimed(form)
        client = self._clients().find(claimed)
        if client is not None and client.is_public and not any(shown):
            # failures of others must not keep its people out
            return Caller(client, AuthMethod.NONE, mutual_tls.thumbprint_of(request.certificate))
        if seconds := self._throttling.seconds_to_wait(claimed, request.address, now):
            raise ClientThrottled(seconds)
        try:
            caller = await self._identified(request, basic, claimed, now)
        except InvalidClientError:
            self._throttling.failed(claimed, request.address, now)
            raise
        self._throttling.succeeded(caller.client.client_id, request.address)
        return caller

    async def _identified(
        self,
        request: BackChannelRequest,
        basic: tuple[str, str] | None,
        claimed: str | None,
        now: datetime,
    ) -> Caller:
        form = request.form
        thumbprint = mutual_tls.thumbprint_of(request.certificate)
        if basic is not None:
            if form.get("client_id", claimed) != claimed:
                raise ClientRefused
            client = self._by_secret(claimed, basic[1], AuthMethod.CLIENT_SECRET_BASIC, now)
            return Caller(client, AuthMethod.CLIENT_SECRET_BASIC, thumbprint)
        if "client_secret" in form:
            method = AuthMethod.CLIENT_SECRET_POST
            client = self._by_secret(claimed, form["client_secret"], method, now)
            return Caller(client, method, thumbprint)
        if "client_assertion" in form:
            client = await self._by_assertion(request, claimed, now)
            return Caller(client, AuthMethod.PRIVATE_KEY_JWT, thumbprint)
        return await self._by_certificate(request, claimed, thumbprint)

    def _by_secret(
        self, client_id: str | None, secret: str, method: AuthMethod, now: datetime
    ) -> Client:
        client = self._clients().find(client_id)
        if client is None or not client.check_endpoint_auth_method(method, ""):
            raise ClientRefused
        if not client.check_secret(secret, now):
            raise ClientRefused
        return client

    async def _by_certificate(
        self, request: BackChannelRequest, claimed: str | None, thumbprint: str | None
    ) -> Caller:
        client = self._clients().find(claimed)
        if client is None:
            raise ClientRefused
        method = client.description.token_endpoint_auth_method
        if request.certificate is not None and (
            (
                method is AuthMethod.TLS_CLIENT_AUTH
                and mutual_tls.is_of(request.certificate, client.description)
            )
            or (
                method is AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH
                and await self._is_registered(client, request.certificate)
            )
        ):
            return Caller(client, method, thumbprint)
        raise ClientRefused

    async def _is_registered(
        self, client: Client, certificate: mutual_tls.ShownCertificate
    ) -> bool:
        keys = await self._keys_of(client)
        return mutual_tls.is_among(certificate, keys)

    async def _by_assertion(
        self, request: BackChannelRequest, claimed: str | None, now: datetime
    ) -> Client:
        """RFC 7523 section 3, each assertion once."""
        form = request.form
        assertion = form["client_assertion"]
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidRequestError("Unknown client_assertion_type.")
        client = self._clients().find(claimed)
        if client is None or not client.check_endpoint_auth_method(AuthMethod.PRIVATE_KEY_JWT, ""):
            raise ClientRefused
        claims = await self._verified(client, assertion)
        expected = {self._issuer, f"{self._issuer}{request.path}", f"{self._issuer}/oauth2/token"}
        self._check_claims(client, claims, expected, now)
        key = f"assertion\0{client.client_id}\0{claim_checks.identifier(claims)}"
        if not await self._used.use(key, claims["exp"] + claim_checks.LEEWAY_SECONDS):
            raise ClientRefused
        return client

    async def _verified(self, client: Client, assertion: str) -> dict[str, Any]:
        if len(assertion) > LONGEST_ASSERTION:
            raise ClientRefused
        keys = await self._keys_of(client)
        algorithm = client.description.token_endpoint_auth_signing_alg
        try:
            token = jwt.decode(assertion, keys, registry=FOREIGN)
            check_storable(token.claims)
        except UNREADABLE as error:
            raise ClientRefused from error
        if algorithm is not None and token.header["alg"] != algorithm.value:
            raise ClientRefused
        if token.header.get("typ") == REQUEST_OBJECT_TYPE:
            raise ClientRefused  # went through a browser: whoever saw it there is not the client
        return token.claims

    async def _keys_of(self, client: Client) -> Any:
        try:
            return self._keys.at_hand(client) or await anyio.to_thread.run_sync(
                self._keys.of, client, limiter=self._fetching
            )
        except KeysUnavailable as error:
            raise ClientRefused from error

    @staticmethod
    def _check_claims(
        client: Client, claims: dict[str, Any], expected: set[str], now: datetime
    ) -> None:
        if not claims.get("iss") == claims.get("sub") == client.client_id:
            raise ClientRefused
        if not _is_for_us(claims.get("aud"), expected):
            raise ClientRefused
        try:
            claim_checks.check_times(claims, now.timestamp(), LONGEST_ASSERTION_SECONDS)
            claim_checks.identifier(claims)
        except claim_checks.BadClaim as error:
            raise ClientRefused from error


def _is_for_us(audience: object, expected: set[str]) -> bool:
    """And for nobody besides, who could show it to us in turn."""
    audiences = audience if isinstance(audience, list) else [audience]
    return bool(audiences) and all(isinstance(item, str) and item in expected for item in audiences)


def _basic(authorization: str) -> tuple[str, str]:
    """Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1)."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        raise ClientRefused
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError as error:
        raise ClientRefused from error
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise ClientRefused
    return unquote_plus(client_id), unquote_plus(secret)


def _claimed(form: Mapping[str, str]) -> str | None:
    """Who it says it is, where no header says so."""
    named = form.get("client_id")
    if named is None and "client_assertion" in form:
        return _unverified_subject(form["client_assertion"])
    return named


def _unverified_subject(assertion: str) -> str | None:
    """Which client to look up; what it says is believed only after the signature."""
    if len(assertion) > LONGEST_ASSERTION:
        return None
    body = assertion.split(".")[1:2]
    try:
        claims = json.loads(base64url.decode(body[0]))
    except (IndexError, ValueError, RecursionError):
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else None
