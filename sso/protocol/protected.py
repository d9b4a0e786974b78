"""Our own resources behind an access token (RFC 6750, RFC 9449 section 7)."""

from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from sso.protocol import mutual_tls
from sso.protocol.dpop import Proof, ProofChecker
from sso.protocol.errors import (
    InvalidProof,
    InvalidToken,
    NothingShown,
    RefusedProof,
    UnprovenToken,
)
from sso.protocol.http import BackChannelRequest
from sso.tokens.reading import AccessTokenReader

BEARER, DPOP = "bearer", "dpop"


class ProtectedResource:
    def __init__(self, reader: AccessTokenReader, proofs: ProofChecker) -> None:
        self._reader = reader
        self._proofs = proofs

    async def claims_of_request(self, request: BackChannelRequest, now: datetime) -> dict[str, Any]:
        """What the token of a request says, once possession is proved.

        Raises InvalidToken, RefusedProof.
        """
        scheme, token = _token_of(request)
        claims = await self._reader.read(token, now)
        if claims is None:
            raise InvalidToken("The access token is unknown, expired or revoked.")
        confirmation = claims.get("cnf", {})
        if "jkt" in confirmation:
            proof = await self._proof(request, now, token)
            if scheme != DPOP or proof is None or proof.thumbprint != confirmation["jkt"]:
                raise UnprovenToken("The token is bound to a key that was not shown.")
        elif scheme == DPOP:
            raise InvalidToken("The token is not bound to a key.")
        if "x5t#S256" in confirmation and (
            mutual_tls.thumbprint_of(request.certificate) != confirmation["x5t#S256"]
        ):
            raise InvalidToken("The token is bound to a certificate that was not shown.")
        return claims

    async def _proof(self, request: BackChannelRequest, now: datetime, token: str) -> Proof | None:
        try:
            return await self._proofs.check(request, now, access_token=token)
        except InvalidProof as error:
            raise RefusedProof(error.description) from error


def _token_of(request: BackChannelRequest) -> tuple[str, str]:
    """From the header or, as RFC 6750 section 2.2 allows, the form; never from the address."""
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    if "access_token" in request.form:
        if scheme:
            raise InvalidRequestError("Only one way of showing a token at a time.")
        return BEARER, request.form["access_token"]
    if scheme.lower() not in {BEARER, DPOP} or not token:
        raise NothingShown("An access token is needed.")
    return scheme.lower(), token.strip()
