"""Authorization requests signed by their client (RFC 9101), by value only.

Nothing that is said outside of the signature counts, except who is asking.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from sqlalchemy.orm import Session

from sso.clients.keys import ClientKeys, KeysUnavailable
from sso.clients.registry import Client
from sso.keys.signatures import FOREIGN, UNREADABLE
from sso.protocol import claim_checks
from sso.protocol.authorization import Parameters
from sso.protocol.client_authentication import REQUEST_OBJECT_TYPE
from sso.protocol.errors import InvalidRequestObject
from sso.protocol.http import MAY_REPEAT
from sso.protocol.json_input import check_storable
from sso.tokens.replay import use_identifier

LONGEST_OBJECT = 16_384
LONGEST_SECONDS = 3600
"""How far ahead `exp` may lie (as in FAPI 2.0 Message Signing section 5.3.1)."""
ABOUT_ITSELF = {"iss", "aud", "sub", "exp", "nbf", "iat", "jti"}
"""Claims of the JWT that are no parameters."""
NESTED = {"request", "request_uri"}


@dataclass(frozen=True, slots=True)
class RequestObject:
    """A verified one, which has not been counted as used."""

    client: Client
    parameters: Parameters
    identifier: str | None
    until: float

    def use(self, session: Session) -> Parameters:
        """Its parameters, once if it names itself. Raises InvalidRequestObject."""
        if self.identifier is not None:
            key = f"request\0{self.client.client_id}\0{self.identifier}"
            if not use_identifier(session, key, self.until):
                raise InvalidRequestObject("The request object was used before.")
        return self.parameters


class RequestObjects:
    def __init__(self, keys: ClientKeys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer

    def verify(self, client: Client, text: str, now: datetime) -> RequestObject:
        """Blocking, since it may fetch the client's keys: not inside a transaction.

        Raises InvalidRequestObject, InvalidRequestError.
        """
        claims = self._signed_claims(client, text)
        self._check(client, claims, now.timestamp())
        parameters = Parameters.of(_pairs(claims))
        until = claims["exp"] + claim_checks.LEEWAY_SECONDS
        return RequestObject(client, parameters, claims.get("jti"), until)

    def _signed_claims(self, client: Client, text: str) -> dict[str, Any]:
        if len(text) > LONGEST_OBJECT:
            raise InvalidRequestObject("The request object is too long.")
        try:
            keys = self._keys.of(client)
            token = jwt.decode(text, keys, registry=FOREIGN)
            check_storable(token.claims)
        except UNREADABLE as error:
            raise InvalidRequestObject("The request object cannot be verified.") from error
        except KeysUnavailable as error:
            raise InvalidRequestObject("The keys of the client cannot be had.") from error
        algorithm = client.description.request_object_signing_alg
        if algorithm is not None and token.header["alg"] != algorithm.value:
            raise InvalidRequestObject("The request object is signed by another algorithm.")
        if token.header.get("typ", REQUEST_OBJECT_TYPE) != REQUEST_OBJECT_TYPE:
            raise InvalidRequestObject(f"The request object must have typ {REQUEST_OBJECT_TYPE}.")
        return token.claims

    def _check(self, client: Client, claims: dict[str, Any], moment: float) -> None:
        """RFC 9101 sections 4, 5 and 10.8."""
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("client_id") != client.client_id or claims.get("iss") != client.client_id:
            raise InvalidRequestObject("client_id and iss must both be the client.")
        if claims.get("sub") == client.client_id:
            raise InvalidRequestObject("sub must not be the client: that is for assertions.")
        if self._issuer not in audiences:
            raise InvalidRequestObject("aud must be our issuer.")
        if NESTED & claims.keys():
            raise InvalidRequestObject("A request object must not hold another one.")
        try:
            claim_checks.check_times(claims, moment, LONGEST_SECONDS)
            if "jti" in claims:
                claim_checks.identifier(claims)
        except claim_checks.BadClaim as error:
            raise InvalidRequestObject(str(error)) from error


def _pairs(claims: dict[str, Any]) -> list[tuple[str, str]]:
    """Parameters as a query would have them; `claims` is an object in here (Core section 6.1)."""
    pairs: list[tuple[str, str]] = []
    for name, value in claims.items():
        if name in ABOUT_ITSELF:
            continue
        values = value if name in MAY_REPEAT and isinstance(value, list) else [value]
        pairs += [(name, _text(name, item)) for item in values]
    return pairs


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if name == "claims" and isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InvalidRequestObject("A parameter must be a text or a number.")
