"""HTTP to addresses that clients registered: their keys, their redirect lists, their log-out.

Whoever may register a client must not be able to make us look around in the province's network,
ask a cloud for its secrets, fill our memory or hold our threads (RFC 9700 section 4, OWASP on
server-side request forgery).
"""

import json
import ssl
import zlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpcore
import httpx
from pydantic import BaseModel, Field

from kernel.authorities import AuthorityFile
from kernel.errors import Forbidden, Unavailable
from kernel.messages import Message
from kernel.networks import Address, NetworkSetting
from kernel.outbound_address import (
    Lookup,
    Refused,
    Resolver,
    Unresolved,
    check_address,
    system_lookup,
)
from kernel.outbound_stream import CheckedBackend, Deadline

LONGEST_URL = 2048
LAST_PORT = 65535
Headers = Mapping[str | bytes, str | bytes]
GZIP = 31
"""What zlib calls the gzip format (`wbits`)."""


class OutboundSettings(BaseModel):
    """Fetching from addresses that clients registered. Environment: CONGVU_OUTBOUND__*."""

    allowed_networks: list[NetworkSetting] = []
    """Private networks that shared systems live in, such as ["10.20.0.0/16"]: nothing is fetched
    from other private addresses, nor ever from this machine, its link or the metadata of clouds."""
    allow_loopback_http: bool = False
    """Also from this machine itself, and without TLS there: for trying things out on one."""
    authority: AuthorityFile = None
    """Certificates of the province's own authority in PEM, besides those that the system trusts."""
    timeout_seconds: float = Field(default=5.0, gt=0)
    """For one fetch as a whole."""
    largest_answer_bytes: int = Field(default=64 * 1024, gt=0)
    """Also once unpacked."""


class OutboundRefused(Forbidden):
    """What the address leads to is never fetched; trying again changes nothing."""

    code = "outbound-refused"

    def __init__(self, host: str, reason: Message) -> None:
        super().__init__(
            f"Không được phép kết nối đến {host}: {reason.vi}.",
            f"{host} must not be connected to: {reason.en}.",
        )


class OutboundUnavailable(Unavailable):
    """No answer, or none that can be used."""

    code = "outbound-unavailable"

    def __init__(self, host: str, reason: Message, status: int | None = None) -> None:
        self.status = status
        """Of an answer that says no; None when there was none that could be read."""
        super().__init__(
            f"{host} không trả lời đúng cách: {reason.vi}.",
            f"{host} gave no usable answer: {reason.en}.",
        )


NOT_HTTPS = Message("địa chỉ phải là https://", "the address has to be https://")
NO_ADDRESS = Message("địa chỉ không hợp lệ", "the address is malformed")
NO_CONNECTION = Message("không kết nối được hoặc quá thời hạn", "no connection, or out of time")
NOT_JSON = Message("nội dung không phải JSON", "the answer is not JSON")
TOO_LARGE = Message("nội dung quá lớn", "the answer is too large")
MISPACKED = Message("nội dung nén không đúng", "the answer is packed in a way not asked for")


class Outbound:
    """For any thread; each request has a connection of its own. Blocking.

    https only, no redirects, no proxies, no cookies, certificates checked.
    """

    def __init__(self, settings: OutboundSettings, lookup: Lookup = system_lookup) -> None:
        self._settings = settings
        self._resolver = Resolver(lookup)
        self._tls = _trusting(settings.authority)

    def get_json(self, url: str) -> Any:
        """Raises OutboundRefused, OutboundUnavailable."""
        target = self._target(url)
        body = self._exchange(target, "GET", None, {"Accept": "application/json"})
        try:
            return json.loads(body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise OutboundUnavailable(target.host, NOT_JSON) from None

    def visit(self, url: str, query: Mapping[str, str]) -> None:
        """Hand something over in the query; any status of success will do.

        Raises OutboundRefused, OutboundUnavailable.
        """
        target = self._target(url)
        self._exchange(target.copy_merge_params(dict(query)), "GET", None, {})

    def post_form(self, url: str, data: Mapping[str, str]) -> None:
        """Any status of success will do. Raises OutboundRefused, OutboundUnavailable."""
        form: Headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self._exchange(self._target(url), "POST", urlencode(data).encode(), form)

    def _target(self, url: str) -> httpx.URL:
        """Raises OutboundRefused."""
        try:
            target = httpx.URL(url) if len(url) <= LONGEST_URL else httpx.URL()
        except httpx.InvalidURL:
            target = httpx.URL()
        if not target.host or target.userinfo or not 0 < (target.port or 443) <= LAST_PORT:
            raise OutboundRefused(target.host, NO_ADDRESS)
        plain_allowed = self._settings.allow_loopback_http
        if target.scheme != "https" and not (target.scheme == "http" and plain_allowed):
            raise OutboundRefused(target.host, NOT_HTTPS)
        return target

    def _exchange(
        self, target: httpx.URL, method: str, content: bytes | None, headers: Headers
    ) -> bytes:
        sent: Headers = {
            "Host": target.netloc.decode("ascii"),
            "User-Agent": "congvu",
            "Accept-Encoding": "identity",
            "Connection": "close",
            **headers,
        }
        find = partial(self._find, plain=target.scheme == "http")
        backend = CheckedBackend(find, Deadline(self._settings.timeout_seconds))
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
                pool.stream(method, str(target), headers=sent, content=content) as response,
            ):
                self._require_success(target, response.status)
                return self._body(target, response) if method == "GET" else b""
        except CONNECTION_ERRORS as error:
            raise OutboundUnavailable(target.host, NO_CONNECTION) from error

    def _find(self, host: str, port: int, seconds: float, *, plain: bool) -> list[Address]:
        """All of them must be permitted: half a name is not trusted."""
        try:
            return [
                self._check(text, plain=plain)
                for text in self._resolver.addresses(host, port, seconds)
            ]
        except Unresolved as error:
            raise OutboundUnavailable(host, error.message) from error
        except Refused as error:
            raise OutboundRefused(host, error.message) from error

    def _check(self, text: str, *, plain: bool) -> Address:
        """Raises Refused."""
        loopback = self._settings.allow_loopback_http
        allowed = self._settings.allowed_networks
        address = check_address(text, allowed, loopback_allowed=loopback)
        if plain and not address.is_loopback:
            raise Refused(NOT_HTTPS.vi, NOT_HTTPS.en)
        return address

    def _require_success(self, target: httpx.URL, status: int) -> None:
        if not 200 <= status < 300:  # noqa: PLR2004  # a redirect is no answer either
            reason = Message(f"mã trạng thái {status}", f"status {status}")
            raise OutboundUnavailable(target.host, reason, status)

    def _body(self, target: httpx.URL, response: httpcore.Response) -> bytes:
        limit, body = self._settings.largest_answer_bytes, bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > limit:
                raise OutboundUnavailable(target.host, TOO_LARGE)
        encodings = [
            value.lower() for name, value in response.headers if name.lower() == b"content-encoding"
        ]
        if not encodings or encodings == [b"identity"]:
            return bytes(body)
        if encodings != [b"gzip"]:
            raise OutboundUnavailable(target.host, MISPACKED)
        return self._unpacked(target, bytes(body))

    def _unpacked(self, target: httpx.URL, body: bytes) -> bytes:
        """We asked for no packing, but some servers pack all the same."""
        limit, unpacking = self._settings.largest_answer_bytes, zlib.decompressobj(GZIP)
        try:
            plain = unpacking.decompress(body, limit + 1)
        except zlib.error:
            raise OutboundUnavailable(target.host, MISPACKED) from None
        if len(plain) > limit:
            raise OutboundUnavailable(target.host, TOO_LARGE)
        if not unpacking.eof:
            raise OutboundUnavailable(target.host, MISPACKED)
        return plain


CONNECTION_ERRORS = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
)


def _trusting(authority: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if authority is not None:
        context.load_verify_locations(authority)
    return context


def _no_number(name: str) -> None:
    raise ValueError(name)
