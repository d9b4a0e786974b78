"""The issuer's public keys, kept in memory and renewed while they are used."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from congvu_sso.cache_settings import CacheSettings
from congvu_sso.downloads import DownloadFailed, download
from congvu_sso.errors import KeysUnavailable, KeyUnknown
from congvu_sso.public_keys import KeyUnusable, PublicKey, import_public_key
from congvu_sso.urls import parse_address

logger = logging.getLogger("congvu_sso")


@dataclass(frozen=True, slots=True)
class _Held:
    """What one successful download brought. Replaced, never changed: reading needs no lock."""

    keys: Mapping[str, PublicKey]
    etag: str | None
    fetched_at: float
    fresh_until: float
    usable_until: float


class KeyStore:
    """Keys by their `kid`.

    Whoever finds them stale renews them; meanwhile all other threads go on with the keys there are.
    Only who needs a key that is not there waits.
    """

    def __init__(
        self,
        issuer: str,
        http: httpx.Client,
        clock: Callable[[], float],
        settings: CacheSettings,
        jwks_uri: str | None = None,
    ) -> None:
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._settings = settings
        self._given_uri = jwks_uri
        self._discovered_uri: str | None = None
        self._held: _Held | None = None
        self._attempted_at: float | None = None
        self._refreshing = threading.Lock()

    def find(self, kid: str) -> PublicKey:
        """Raises KeyUnknown, KeysUnavailable."""
        held, now = self._held, self._clock()
        if held is not None and held.fetched_at <= now < held.fresh_until:
            key = held.keys.get(kid)
            if key is not None:
                return key
        return self._find_after_refresh(kid, held, now)

    def refresh(self) -> None:
        """Ask the issuer now, for instance at start or from a timer. Raises KeysUnavailable."""
        with self._refreshing:
            failure = self._attempt(self._clock())
        if failure is not None:
            raise KeysUnavailable from failure

    def _find_after_refresh(self, kid: str, seen: _Held | None, now: float) -> PublicKey:
        can_go_on = seen is not None and now < seen.usable_until and kid in seen.keys
        self._refresh_if_due(seen, wait=not can_go_on)
        held = self._held
        if held is None or now >= held.usable_until:
            raise KeysUnavailable
        key = held.keys.get(kid)
        if key is None:
            raise KeyUnknown
        return key

    def _refresh_if_due(self, seen: _Held | None, *, wait: bool) -> None:
        if not self._refreshing.acquire(timeout=self._settings.total_seconds if wait else 0):
            return
        try:
            now = self._clock()  # read again: others may have tried while this thread waited
            if self._held is seen and not self._cooling_down(now):
                self._attempt(now)
        finally:
            self._refreshing.release()

    def _cooling_down(self, now: float) -> bool:
        if self._attempted_at is None:
            return False
        settings = self._settings
        pause = settings.first_retry_seconds if self._held is None else settings.cooldown_seconds
        return 0 <= now - self._attempted_at < pause  # below 0: the clock was set back

    def _attempt(self, now: float) -> DownloadFailed | None:
        self._attempted_at = now
        try:
            self._held = self._download(now)
        except DownloadFailed as failure:
            self._discovered_uri = None  # the issuer may have moved its keys
            logger.warning("Keys of %s were not fetched: %s", self._issuer, failure)
            return failure
        return None

    def _download(self, now: float) -> _Held:
        held, settings = self._held, self._settings
        etag = held.etag if held is not None else None
        answer = download(self._http, self._jwks_uri(), settings, etag=etag)
        before = held.keys if held is not None else {}
        keys = before if answer.document is None else _read_keys(answer.document, before)
        fresh_until = now + settings.bounded(answer.fresh_seconds)
        return _Held(keys, answer.etag, now, fresh_until, fresh_until + settings.stale_seconds)

    def _jwks_uri(self) -> str:
        uri = self._given_uri or self._discovered_uri
        if uri is None:
            uri = self._discovered_uri = self._discover()
        return uri

    def _discover(self) -> str:
        """OpenID Connect Discovery 1.0 sections 4 and 4.3."""
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        document = download(self._http, url, self._settings).document or {}
        if document.get("issuer") != self._issuer:
            raise DownloadFailed("discovery names another issuer")
        uri = document.get("jwks_uri")
        if not isinstance(uri, str) or not _is_of(self._issuer, uri):
            raise DownloadFailed("jwks_uri is not at the issuer")
        return uri


def _is_of(issuer: str, uri: str) -> bool:
    try:
        return parse_address(uri).same_origin(parse_address(issuer))
    except ValueError:
        return False


def _read_keys(document: dict[str, Any], before: Mapping[str, PublicKey]) -> dict[str, PublicKey]:
    """By kid. A key that did not change stays the same object, and so do signatures it verified."""
    published = document.get("keys")
    if not isinstance(published, list):
        raise DownloadFailed("no list of keys")
    keys: dict[str, PublicKey] = {}
    for jwk in published:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(kid, str) or kid in keys:
            continue
        known = before.get(kid)
        if known is not None and known.jwk == jwk:
            keys[kid] = known
            continue
        try:
            keys[kid] = import_public_key(jwk)
        except KeyUnusable:  # a kind of key that this version does not know (RFC 7517 section 5)
            logger.info("A key of the issuer cannot be used here")
    if not keys:
        raise DownloadFailed("no usable key")
    return keys
