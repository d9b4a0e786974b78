"""Encryption at rest and keyed hashes for the few values that need them."""

import base64
import hashlib
import hmac
import os
import re
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator, model_validator

NONCE_BYTES = 12
KEY_BYTES = 32
KEY_ID = re.compile(r"[A-Za-z0-9]{1,16}")  # one byte each: its length is stored in one


class EncryptionSettings(BaseModel):
    """The key ring. Environment: CONGVU_ENCRYPTION__*."""

    model_config = ConfigDict(hide_input_in_errors=True)
    keys: dict[str, SecretStr]
    """Key id to 32 random bytes in base64. Keep old keys until everything is sealed anew."""
    active_key: str
    """Id of the key that seals new values."""
    index_key: SecretStr
    """32 random bytes in base64 for keyed hashes. Changing it means rebuilding every index."""

    @field_validator("keys")
    @classmethod
    def _keys_have_ids_and_length(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for key_id, secret in keys.items():
            if not KEY_ID.fullmatch(key_id):
                raise ValueError(f"key id {key_id!r} must be 1 to 16 letters and digits")
            _decode(secret)
        return keys

    @field_validator("index_key")
    @classmethod
    def _index_key_has_length(cls, secret: SecretStr) -> SecretStr:
        _decode(secret)
        return secret

    @model_validator(mode="after")
    def _active_key_is_in_ring(self) -> "EncryptionSettings":
        if self.active_key not in self.keys:
            raise ValueError(f"active_key {self.active_key!r} is not among keys")
        return self


def _decode(secret: SecretStr) -> bytes:
    try:
        raw = base64.b64decode(secret.get_secret_value(), validate=True)
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError("a key is 32 random bytes in base64: openssl rand -base64 32")
    return raw


class Unsealable(Exception):
    """The value was sealed with a key that is not in the ring, or was tampered with."""


class KeyRing:
    """Seals values with AES-256-GCM and indexes them with HMAC-SHA-256.

    A sealed value is: length of the key id (1 byte), key id, nonce (12 bytes), ciphertext and
    tag. `context` names what is sealed (table, column, row) and is authenticated, so a sealed
    value copied to another row does not open there. Source: NIST SP 800-38D.
    """

    def __init__(self, settings: EncryptionSettings) -> None:
        self._settings = settings
        self._ciphers = {
            key_id: AESGCM(_decode(secret)) for key_id, secret in settings.keys.items()
        }

    def seal(self, plaintext: bytes, context: str) -> bytes:
        key_id = self._settings.active_key
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[key_id].encrypt(nonce, plaintext, context.encode())
        return bytes([len(key_id)]) + key_id.encode() + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """Raises Unsealable."""
        start = 1 + sealed[0]
        key_id = sealed[1:start].decode(errors="replace")
        nonce, ciphertext = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            return self._ciphers[key_id].decrypt(nonce, ciphertext, context.encode())
        except (KeyError, InvalidTag) as error:
            raise Unsealable(f"cannot open a value of {context} sealed with {key_id!r}") from error

    def is_sealed_with_active_key(self, sealed: bytes) -> bool:
        return sealed[1 : 1 + sealed[0]] == self._settings.active_key.encode()

    @cached_property
    def _index_key(self) -> bytes:
        return _decode(self._settings.index_key)

    def index(self, value: str, purpose: str) -> bytes:
        """Keyed hash for equality search: same value and purpose, same 32 bytes."""
        return hmac.digest(self._index_key, f"{purpose}\0{value}".encode(), hashlib.sha256)
