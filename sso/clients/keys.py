"""Public keys of clients, given at registration or fetched from where they publish them."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from kernel.errors import DomainError, Unavailable
from sso.clients.registry import Client
from sso.keys.signatures import is_long_enough

KEPT_SECONDS = 300
RETRY_SECONDS = 30
"""A client whose keys cannot be fetched is not asked again at every request."""
MOST_KEYS = 20
KINDS = ("EC", "OKP", "RSA")


class KeysUnavailable(Unavailable):
    code = "client-keys-unavailable"

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"Không lấy được khóa công khai của ứng dụng {client_id}.",
            f"The public keys of the client {client_id} cannot be had.",
        )


class Fetcher(Protocol):
    """`kernel.outbound.Outbound`: bounded in time and size, and only to permitted addresses."""

    def get_json(self, url: str) -> Any: ...

    def visit(self, url: str, query: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    keys: KeySet | None
    until: float


class ClientKeys:
    """Blocking: an asynchronous caller asks in a thread."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._fetched: dict[str, Fetched] = {}
        self._lock = threading.Lock()

    def of(self, client: Client) -> KeySet:
        """Raises KeysUnavailable."""
        description = client.description
        if description.jwks is not None:
            keys = import_keys(description.jwks)
        elif description.jwks_uri is not None:
            keys = self._from(description.jwks_uri)
        else:
            keys = None
        if keys is None:
            raise KeysUnavailable(client.client_id)
        return keys

    def _from(self, address: str) -> KeySet | None:
        with self._lock:
            known = self._fetched.get(address)
        if known is not None and known.until > time.monotonic():
            return known.keys
        try:
            keys = import_keys(self._fetcher.get_json(address))
        except DomainError:
            keys = None
        seconds = KEPT_SECONDS if keys is not None else RETRY_SECONDS
        with self._lock:
            self._fetched[address] = Fetched(keys, time.monotonic() + seconds)
        return keys


def import_keys(document: Any) -> KeySet | None:
    """Only public keys of the kinds we accept signatures by; anything else spoils the set."""
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        return None
    if not 0 < len(document["keys"]) <= MOST_KEYS:
        return None
    if not all(isinstance(jwk, dict) and _is_usable(jwk) for jwk in document["keys"]):
        return None
    try:
        keys = KeySet.import_key_set({"keys": document["keys"]})
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return keys if all(_is_acceptable(key) for key in keys) else None


def _is_usable(jwk: dict[str, Any]) -> bool:
    """Before the library sees it, which warns of the others."""
    return jwk.get("kty") in KINDS and is_long_enough(jwk)


def _is_acceptable(key: object) -> bool:
    return isinstance(key, ECKey | OKPKey | RSAKey) and not key.is_private
