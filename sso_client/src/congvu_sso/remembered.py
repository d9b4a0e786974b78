"""Tokens whose signature was already found good, so that a busy client pays for it once."""

import threading
from collections import OrderedDict
from hashlib import sha256

from congvu_sso.public_keys import PublicKey


class RememberedSignatures:
    """The most recently used tokens, by their SHA-256, and the key that signed each.

    Only the signature's result is kept: no token, no claims. Expiry, audience and scopes are
    checked at every use; a key that left the issuer's set is no longer the same object, and what
    it signed is forgotten with it.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._keys: OrderedDict[bytes, PublicKey] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def verify(
        self, token: str, key: PublicKey, algorithm: str, parts: tuple[bytes, bytes]
    ) -> bool:
        """Whether the key signed it, by memory or by calculation.

        parts: what was signed, and the signature.
        """
        if not self._capacity:
            return key.verify(algorithm, *parts)
        digest = sha256(token.encode()).digest()
        if self._includes(digest, key):
            return True
        valid = key.verify(algorithm, *parts)
        if valid:
            self._add(digest, key)
        return valid

    def _includes(self, digest: bytes, key: PublicKey) -> bool:
        with self._lock:
            if self._keys.get(digest) is not key:
                return False
            self._keys.move_to_end(digest)
            return True

    def _add(self, digest: bytes, key: PublicKey) -> None:
        with self._lock:
            self._keys[digest] = key
            self._keys.move_to_end(digest)
            if len(self._keys) > self._capacity:
                self._keys.popitem(last=False)
