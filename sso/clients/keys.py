"""Public keys of clients, given at registration or fetched from where they publish them."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from kernel.errors import DomainError, Unavailable
from sso.clients.registry import Client
from sso.keys.signatures import UNREADABLE, is_long_enough

KEPT_SECONDS = 300
RETRY_SECONDS = 30
"""A client whose keys cannot be fetched is not asked again at every request."""
MOST_WAITING = 12
"""Threads for clients that are slow to tell their keys, of the forty that answer people."""
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


Note = Callable[[str, Any], None]


def not_noted(_address: str, _document: Any) -> None:
    """Where nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Fetched:
    keys: KeySet | None
    until: float


class ClientKeys:
    """Blocking where `at_hand` knows nothing: an asynchronous caller asks in a thread."""

    def __init__(self, fetcher: Fetcher, note: Note = not_noted) -> None:
        """`note` is told of every key set that was fetched."""
        self._fetcher = fetcher
        self._note = note
        self._fetched: dict[str, Fetched] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING)

    def at_hand(self, client: Client) -> KeySet | None:
        """None where they have to be fetched. Raises KeysUnavailable."""
        description = client.description
        if description.jwks is not None:
            return _known(client, import_keys(description.jwks))
        if description.jwks_uri is None:
            raise KeysUnavailable(client.client_id)
        fresh = self._fresh(description.jwks_uri)
        return None if fresh is None else _known(client, fresh.keys)

    def of(self, client: Client) -> KeySet:
        """Raises KeysUnavailable."""
        keys, address = self.at_hand(client), client.description.jwks_uri
        if keys is not None or address is None:
            return _known(client, keys)
        if not self._places.acquire(blocking=False):  # others hang already
            raise KeysUnavailable(client.client_id)
        try:
            return _known(client, self._from(address))
        finally:
            self._places.release()

    def _from(self, address: str) -> KeySet | None:
        """One asks, who comes meanwhile waits for its answer."""
        with self._lock:
            turn = self._turns.setdefault(address, threading.Lock())
        with turn:
            fresh = self._fresh(address)
            return (fresh or self._fetch(address)).keys

    def _fetch(self, address: str) -> Fetched:
        try:
            document = self._fetcher.get_json(address)
            keys = import_keys(document)
        except DomainError:
            keys = None
        else:
            if keys is not None:
                self._note(address, document)
        seconds = KEPT_SECONDS if keys is not None else RETRY_SECONDS
        fetched = Fetched(keys, time.monotonic() + seconds)
        with self._lock:
            self._fetched[address] = fetched
        return fetched

    def _fresh(self, address: str) -> Fetched | None:
        with self._lock:
            known = self._fetched.get(address)
        return known if known is not None and known.until > time.monotonic() else None


def _known(client: Client, keys: KeySet | None) -> KeySet:
    """Raises KeysUnavailable."""
    if keys is None:
        raise KeysUnavailable(client.client_id)
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
    except UNREADABLE:
        return None
    return keys if all(_is_acceptable(key) for key in keys) else None


def _is_usable(jwk: dict[str, Any]) -> bool:
    """Before the library sees it, which warns of the others."""
    return jwk.get("kty") in KINDS and is_long_enough(jwk)


def _is_acceptable(key: object) -> bool:
    return isinstance(key, ECKey | OKPKey | RSAKey) and not key.is_private
