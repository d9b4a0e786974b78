"""One public key and the algorithms it may be used with."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from congvu_sso.compact import decode_segment
from congvu_sso.errors import TokenMalformed

ALGORITHMS_OF: dict[tuple[str, str | None], frozenset[str]] = {
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA", "Ed25519"}),
    ("RSA", None): frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
}
"""Key type and curve -> what it can verify. There is no symmetric algorithm, and no `none`."""
KNOWN_ALGORITHMS = frozenset().union(*ALGORITHMS_OF.values())
DEFAULT_ALGORITHMS = ("ES256", "RS256", "EdDSA")

_MEMBERS = {"EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "RSA": ("n", "e")}
_SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
RSA_BITS = (2048, 4096)
EXPONENT_BITS = 32
"""RFC 7518 section 3.3 wants the lower bound; beyond the upper ones a key only burns our time."""


class KeyUnusable(ValueError):
    """A JWK that is no public key this library verifies with."""


class PublicKey:
    __slots__ = ("_key", "_models", "algorithms", "jwk")

    def __init__(self, jwk: Mapping[str, Any], key: ECKey | OKPKey | RSAKey) -> None:
        self.jwk = dict(jwk)
        self._key = key
        fitting = ALGORITHMS_OF[key.key_type, jwk.get("crv")]
        self.algorithms = fitting & {jwk["alg"]} if jwk.get("alg") is not None else fitting
        self._models = {name: JWSRegistry.algorithms[name] for name in self.algorithms}

    def verify(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """By joserfc's algorithm itself: what surrounds it would be done again for every token."""
        return self._models[algorithm].verify(signed, signature, self._key)

    @property
    def thumbprint(self) -> str:
        """RFC 7638, SHA-256."""
        return self._key.thumbprint()


def import_public_key(jwk: object) -> PublicKey:
    """Raises KeyUnusable: private, symmetric, for encryption, weak, off its curve, or unknown."""
    if not isinstance(jwk, dict) or not _SECRET_MEMBERS.isdisjoint(jwk):
        raise KeyUnusable
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if not isinstance(kind, str) or not isinstance(curve, str | None):
        raise KeyUnusable
    if (kind, curve) not in ALGORITHMS_OF or not _may_verify(jwk):
        raise KeyUnusable
    key = _import(kind, {name: jwk.get(name) for name in _MEMBERS[kind]})
    return PublicKey(jwk, key)


def _may_verify(jwk: Mapping[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    algorithm = jwk.get("alg")
    return (
        jwk.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and (algorithm is None or isinstance(algorithm, str))
    )


def _import(kind: str, members: dict[str, Any]) -> ECKey | OKPKey | RSAKey:
    if kind == "RSA":
        _check_sizes(members)
    try:
        key = JWKRegistry.import_key({"kty": kind, **members})
    except (JoseError, ValueError, TypeError) as error:
        raise KeyUnusable from error
    if isinstance(key, ECKey | OKPKey | RSAKey):
        return key
    raise KeyUnusable


def _check_sizes(rsa: Mapping[str, Any]) -> None:
    if not RSA_BITS[0] <= _bits(rsa["n"]) <= RSA_BITS[1] or _bits(rsa["e"]) > EXPONENT_BITS:
        raise KeyUnusable


def _bits(number: object) -> int:
    if not isinstance(number, str):
        raise KeyUnusable
    try:
        return int.from_bytes(decode_segment(number.encode(errors="replace"))).bit_length()
    except TokenMalformed as error:
        raise KeyUnusable from error
