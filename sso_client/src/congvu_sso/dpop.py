"""Proof of possession of a key with each request (RFC 9449)."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from congvu_sso import claims as read
from congvu_sso.claims import Claims, parse_object
from congvu_sso.compact import EXTERNAL_KEYS, Compact, encode_segment, read_compact
from congvu_sso.errors import ProofInvalid, ProofNonceNeeded, ProofReplayed, TokenRefused
from congvu_sso.public_keys import (
    DEFAULT_ALGORITHMS,
    KeyUnusable,
    PublicKey,
    import_public_key,
)
from congvu_sso.replay import ReplayGuard
from congvu_sso.urls import parse_address

LIMIT_BYTES = 8 * 1024
LIFETIME_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class DpopRequest:
    """A request that came with the `DPoP` scheme."""

    proof: str = field(repr=False)
    """The `DPoP` header; several of them joined by commas are refused."""
    method: str
    url: str
    """As the client sees it: behind a proxy, the public one. Query and fragment do not count."""
    nonces: Collection[str] = ()
    """Those the server gave and still accepts; empty when it asks for none."""


@dataclass(frozen=True, slots=True)
class DpopProof:
    thumbprint: str
    token_id: str
    issued_at: datetime


def verify_dpop(
    request: DpopRequest,
    *,
    access_token: str,
    thumbprint: str,
    replay: ReplayGuard,
    algorithms: Collection[str] = DEFAULT_ALGORITHMS,
    lifetime_seconds: float = LIFETIME_SECONDS,
    leeway_seconds: float = 30,
    clock: Callable[[], float] = time.time,
) -> DpopProof:
    """Check a proof against the request and the token it came with (sections 4.3 and 7.1).

    thumbprint: the token's `cnf.jkt`. Replay is asked last, so only holders of the key fill it.
    Raises ProofInvalid, ProofNonceNeeded, ProofReplayed.
    """
    try:
        key, claims = _read_proof(request.proof, algorithms)
        _check_request(claims, request)
        issued_at = read.seconds(claims, "iat")
        token_id = read.text(claims, "jti")
        token_hash = read.text(claims, "ath")
    except TokenRefused as error:
        raise ProofInvalid from error
    age = clock() - issued_at
    if not -leeway_seconds <= age <= lifetime_seconds + leeway_seconds:
        raise ProofInvalid("The DPoP proof is too old or dated in the future.")
    _check_token(token_hash, access_token, key.thumbprint, thumbprint)
    _check_nonce(claims, request.nonces)
    used = f"{thumbprint} {token_id}".encode(errors="replace")
    identifier = encode_segment(sha256(used).digest())
    if not replay.first_use(identifier, issued_at + lifetime_seconds + leeway_seconds):
        raise ProofReplayed
    return DpopProof(thumbprint, token_id, read.moment(claims, "iat"))


def _read_proof(proof: str, algorithms: Collection[str]) -> tuple[PublicKey, Claims]:
    """Signed by the key in its own header: that is the point here, and only here."""
    compact = read_compact(proof, LIMIT_BYTES)
    algorithm = compact.check_header(
        types={"dpop+jwt"}, algorithms=algorithms, refused=EXTERNAL_KEYS
    )
    key = _key_of(compact)
    if algorithm not in key.algorithms:
        raise ProofInvalid("The DPoP proof's algorithm is not for its key.")
    if not key.verify(algorithm, compact.signed, compact.signature):
        raise ProofInvalid("The DPoP proof's signature does not fit.")
    return key, parse_object(compact.payload)


def _key_of(compact: Compact) -> PublicKey:
    try:
        return import_public_key(compact.header.get("jwk"))
    except KeyUnusable as error:
        raise ProofInvalid("The DPoP proof's key cannot be used.") from error


def _check_request(claims: Claims, request: DpopRequest) -> None:
    if read.text(claims, "htm") != request.method:
        raise ProofInvalid("The DPoP proof is for another method.")
    try:
        same = parse_address(read.text(claims, "htu")) == parse_address(request.url)
    except ValueError:
        same = False
    if not same:
        raise ProofInvalid("The DPoP proof is for another address.")


def _check_token(token_hash: str, access_token: str, actual: str, expected: str) -> None:
    if token_hash != encode_segment(sha256(access_token.encode(errors="replace")).digest()):
        raise ProofInvalid("The DPoP proof is for another access token.")
    if not compare_digest(actual.encode(), expected.encode(errors="replace")):
        raise ProofInvalid("The DPoP proof is by another key than the token's.")


def _check_nonce(claims: Claims, nonces: Collection[str]) -> None:
    nonce = claims.get("nonce")
    if nonces and not (isinstance(nonce, str) and nonce in nonces):
        raise ProofNonceNeeded
