"""Which signatures we make and accept. Never `none`, never one made with a shared secret."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry

from sso.keys.models import Algorithm

FOREIGN_ALGORITHMS: Final = ("ES256", "ES384", "ES512", "PS256", "RS256", "EdDSA")
"""What clients may sign their assertions, request objects and proofs with."""


class Signatures(JWSRegistry):
    """A registry of exactly these algorithms.

    The library warns of the name EdDSA, which RFC 9864 replaces by Ed25519; the systems that
    check our tokens know the older name of RFC 8037.
    """

    max_header_length = 4096
    """A DPoP proof carries its public key in the header."""

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=list(algorithms))
        self._known = {name: self.algorithms[name] for name in algorithms}

    def get_alg(self, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201  # the library's
        try:
            return self._known[name]
        except (KeyError, TypeError) as error:
            raise UnsupportedAlgorithmError(f"Algorithm of {name!r} is not allowed") from error


OURS: Final = Signatures([algorithm.value for algorithm in Algorithm])
FOREIGN: Final = Signatures(FOREIGN_ALGORITHMS)

UNREADABLE: Final = (JoseError, ValueError, TypeError, KeyError, RecursionError)
"""What the library raises for what strangers may write; the last for nesting without end."""

FEWEST_RSA_BITS: Final = 2048


def is_long_enough(jwk: Mapping[str, Any]) -> bool:
    """Looked at before the key is read: the library only warns of short RSA keys."""
    modulus = jwk.get("n")
    if jwk.get("kty") != "RSA":
        return True
    return isinstance(modulus, str) and len(modulus) * 6 >= FEWEST_RSA_BITS
