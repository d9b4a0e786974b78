"""Fetching a small JSON document from the issuer, who may be slow, broken or impersonated."""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

import httpx

from congvu_sso.cache_settings import CacheSettings

LONGEST_ETAG = 256

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,10})")
_NOT_STORED = re.compile(r"(?:^|[\s,])no-(?:store|cache)")


class DownloadFailed(Exception):
    """The sentence says why; it holds nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Download:
    document: dict[str, Any] | None
    """None: unchanged since the tag that was sent (304)."""
    etag: str | None
    fresh_seconds: float | None
    """As the answer says, without our bounds; None when it says nothing."""


def download(
    http: httpx.Client, url: str, settings: CacheSettings, *, etag: str | None = None
) -> Download:
    """Raises DownloadFailed. Redirects are never followed: they could lead anywhere."""
    deadline = time.monotonic() + settings.total_seconds
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if etag is not None:
        headers["If-None-Match"] = etag
    timeout = httpx.Timeout(settings.total_seconds, connect=settings.connect_seconds)
    try:
        with http.stream(
            "GET", url, headers=headers, timeout=timeout, follow_redirects=False
        ) as response:
            fresh_seconds = _fresh_seconds(response)
            if response.status_code == httpx.codes.NOT_MODIFIED and etag is not None:
                return Download(None, etag, fresh_seconds)
            body = _body(response, settings.max_bytes, deadline)
            return Download(_document(body), _etag(response), fresh_seconds)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DownloadFailed(type(error).__name__) from error


def _etag(response: httpx.Response) -> str | None:
    etag: str = response.headers.get("etag", "")
    return etag if etag.isascii() and 0 < len(etag) <= LONGEST_ETAG else None


def _body(response: httpx.Response, max_bytes: int, deadline: float) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise DownloadFailed(f"status {response.status_code}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise DownloadFailed("compressed though not asked to: its size cannot be limited")
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > max_bytes:
            raise DownloadFailed(f"more than {max_bytes} bytes")
        if time.monotonic() > deadline:  # httpx limits each read, not their sum
            raise DownloadFailed("too slow")
    return bytes(body)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DownloadFailed("no JSON") from error
    if not isinstance(document, dict):
        raise DownloadFailed("no JSON object")
    return document


def _fresh_seconds(response: httpx.Response) -> float | None:
    """RFC 9111 section 4.2, for a private cache."""
    control = response.headers.get("cache-control", "").lower()
    if _NOT_STORED.search(control):
        return 0
    found = _MAX_AGE.search(control)
    if found is None:
        return None
    age = response.headers.get("age", "0")
    return float(found[1]) - (float(age) if age.isdecimal() else 0)
