"""Proof that the sender has the key that a token is bound to (RFC 9449)."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from kernel import base64url
from sso.keys.signatures import FOREIGN, UNREADABLE, is_long_enough
from sso.protocol import claim_checks
from sso.protocol.errors import InvalidProof
from sso.protocol.http import BackChannelRequest
from sso.protocol.json_input import check_storable
from sso.tokens.replay import UsedIdentifiers

LONGEST_PROOF = 8192
WINDOW_SECONDS = 60
"""How far `iat` may be from our clock; proofs are made for one request."""
KEY_TYPES: dict[str, type[ECKey | OKPKey | RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}


@dataclass(frozen=True, slots=True)
class Proof:
    thumbprint: str
    """SHA-256 thumbprint of the key (RFC 7638): the `jkt` of tokens."""


class ProofChecker:
    def __init__(self, used: UsedIdentifiers, issuer: str) -> None:
        self._used = used
        self._issuer = issuer

    async def check(
        self, request: BackChannelRequest, now: datetime, *, access_token: str | None = None
    ) -> Proof | None:
        """The proof of this request; None when there is none. Raises InvalidProof.

        With an access token the proof must be for it, too (section 7).
        """
        text = request.headers.get(b"dpop")
        if text is None:
            return None
        if b"dpop" in request.repeated or len(text) > LONGEST_PROOF:
            raise InvalidProof("Exactly one DPoP header of a reasonable size, please.")
        proof, claims = _verified(text.decode("latin-1"))
        self._check_claims(request, claims, now, access_token)
        identifier = f"dpop\0{proof.thumbprint}\0{claims['jti']}"
        if not await self._used.use(identifier, claims["iat"] + 2 * WINDOW_SECONDS):
            raise InvalidProof("The proof was used before.")
        return proof

    def _check_claims(
        self,
        request: BackChannelRequest,
        claims: dict[str, Any],
        now: datetime,
        access_token: str | None,
    ) -> None:
        moment, address = now.timestamp(), claims.get("htu")
        try:
            issued = claim_checks.number(claims, "iat")
            claim_checks.identifier(claims)
        except claim_checks.BadClaim as error:
            raise InvalidProof(str(error)) from error
        if not moment - WINDOW_SECONDS <= issued <= moment + WINDOW_SECONDS:
            raise InvalidProof("The proof is too old or from the future.")
        if claims.get("htm") != request.method:
            raise InvalidProof("The proof is for another method.")
        bare = address.partition("?")[0].partition("#")[0] if isinstance(address, str) else None
        if bare != f"{self._issuer}{request.path}":
            raise InvalidProof("The proof is for another address.")
        if access_token is not None and not _is_hash_of(claims.get("ath"), access_token):
            raise InvalidProof("The proof is for another access token.")


def _verified(text: str) -> tuple[Proof, dict[str, Any]]:
    try:
        header = jws.extract_compact(text.encode(), registry=FOREIGN).headers()
        if header.get("typ") != "dpop+jwt":
            raise InvalidProof("The proof must have typ dpop+jwt.")
        key = _key_of(header.get("jwk"))
        token = jwt.decode(text, key, registry=FOREIGN)
        check_storable(token.claims)
    except UNREADABLE as error:
        raise InvalidProof("The proof cannot be verified.") from error
    return Proof(key.thumbprint()), token.claims


def _key_of(jwk: object) -> ECKey | OKPKey | RSAKey:
    """The public key in the header. Raises InvalidProof for a private or a weak one."""
    if not isinstance(jwk, dict) or jwk.get("kty") not in KEY_TYPES:
        raise InvalidProof("The proof carries no public key.")
    if not is_long_enough(jwk):
        raise InvalidProof("The key of the proof is too short.")
    key = KEY_TYPES[jwk["kty"]].import_key(jwk)
    if key.is_private:
        raise InvalidProof("The proof carries a private key.")
    return key


def _is_hash_of(value: object, access_token: str) -> bool:
    expected = base64url.encode(hashlib.sha256(access_token.encode()).digest())
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())
