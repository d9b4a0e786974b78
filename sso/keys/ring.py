"""The signing keys in memory: what to sign with now, and what others may see."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, cast

from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.encryption import KeyRing
from kernel.errors import Unavailable
from sso.keys.compact import PrivateKey
from sso.keys.models import Algorithm, SigningKey

KeyPair = ECKey | RSAKey | OKPKey

IMPORTERS: Mapping[Algorithm, Callable[..., KeyPair]] = {
    Algorithm.ES256: ECKey.import_key,
    Algorithm.RS256: RSAKey.import_key,
    Algorithm.EDDSA: OKPKey.import_key,
}


class NoSigningKey(Unavailable):
    code = "no-signing-key"

    def __init__(self, algorithm: Algorithm) -> None:
        super().__init__(
            f"Chưa có khóa ký {algorithm.value}; hãy chạy: congvu key rotate --reason ….",
            f"There is no signing key for {algorithm.value}; run: congvu key rotate --reason ….",
        )


@dataclass(frozen=True)
class LoadedKey:
    kid: str
    algorithm: Algorithm
    key: KeyPair
    public: Mapping[str, Any]
    signs_from: datetime

    @cached_property
    def private(self) -> PrivateKey:
        """What cryptography signs with."""
        return cast("PrivateKey", self.key.private_key)


@dataclass(frozen=True)
class SigningKeys:
    """Every key that is published at the time of loading."""

    keys: tuple[LoadedKey, ...]

    def signing(self, algorithm: Algorithm, now: datetime) -> LoadedKey:
        """The key to sign with: the latest whose time has come. Raises NoSigningKey.

        A key whose successor is late goes on signing: better an old key than no sign-in.
        """
        ready = [k for k in self.keys if k.algorithm is algorithm and k.signs_from <= now]
        if not ready:
            raise NoSigningKey(algorithm)
        return max(ready, key=lambda key: key.signs_from)

    @cached_property
    def by_kid(self) -> Mapping[str, LoadedKey]:
        return {key.kid: key for key in self.keys}

    @cached_property
    def jwks(self) -> bytes:
        """The JWK Set of RFC 7517 section 5."""
        return json.dumps({"keys": [key.public for key in self.keys]}).encode()

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.jwks).hexdigest()[:32]}"'


def load_signing_keys(session: Session, ring: KeyRing, now: datetime) -> SigningKeys:
    statement = (
        select(SigningKey)
        .where(SigningKey.published_at <= now, SigningKey.withdrawn_at > now)
        .order_by(SigningKey.signs_from, SigningKey.kid)
    )
    return SigningKeys(tuple(_loaded(row, ring) for row in session.scalars(statement)))


def _loaded(row: SigningKey, ring: KeyRing) -> LoadedKey:
    private = ring.open(row.private_sealed, sealing_context(row.kid))
    key = _parsed(row.kid, row.algorithm, private)
    return LoadedKey(row.kid, row.algorithm, key, row.public_jwk, row.signs_from)


@lru_cache(maxsize=16)  # they are loaded at every change of a client, and an RSA key takes 0.15 s
def _parsed(kid: str, algorithm: Algorithm, private: bytes) -> KeyPair:
    return IMPORTERS[algorithm](private, {"kid": kid, "alg": algorithm.value, "use": "sig"})


def sealing_context(kid: str) -> str:
    return f"sso-signing-key:{kid}"
