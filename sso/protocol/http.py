"""Requests and answers of the back-channel endpoints, without a framework in between.

These are asked thousands of times a second; FastAPI's parameters alone cost more than the
signature of a token (docs/performance.md).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from starlette.types import Message, Receive, Scope, Send

from sso.protocol.errors import RequestTooLarge, RequestTooSlow
from sso.protocol.mutual_tls import ShownCertificate

LARGEST_BODY_BYTES = 64 * 1024
BODY_SECONDS = 20.0
"""A form is a few hundred bytes: whoever takes longer to send the rest of it wants to hold on."""
MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"
MAY_REPEAT = {"resource", "audience"}
"""Parameters of RFC 8707 and RFC 8693; all others come once (RFC 6749 section 3.2)."""
NO_STORE = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))
Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class BackChannelRequest:
    """A request of a client's server, its form already taken apart."""

    method: str
    path: str
    headers: Mapping[bytes, bytes]
    """By lower-case name; of a repeated header all values are in `repeated`."""
    form: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[str, list[str]] = field(default_factory=dict)
    """Values of the parameters that may repeat."""
    repeated: frozenset[bytes] = frozenset()
    query: bytes = b""
    """Read only by what asks for it: credentials never stand in an address."""
    certificate: ShownCertificate | None = None
    """As a trusted proxy tells of it."""
    address: str | None = None
    request_id: str | None = None

    def header(self, name: bytes) -> str | None:
        """Raises InvalidRequestError for one that came twice, where one alone has a meaning."""
        if name in self.repeated:
            raise InvalidRequestError(f"Repeated header {name.decode('ascii')}.")
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


def read_headers(scope: Scope) -> tuple[dict[bytes, bytes], frozenset[bytes]]:
    pairs: list[Header] = scope["headers"]
    headers = dict(pairs)
    if len(headers) == len(pairs):
        return headers, frozenset()
    names = [name for name, _ in pairs]
    return headers, frozenset(name for name in headers if names.count(name) > 1)


async def read_body(receive: Receive, *, seconds: float = BODY_SECONDS) -> bytes:
    """Raises RequestTooLarge before more than the limit is kept, RequestTooSlow."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        whole: bytes = message.get("body", b"")  # as nearly always: no clock is needed
        _check_size(whole)
        return whole
    try:
        async with asyncio.timeout(seconds):
            return await _rest(receive, message)
    except TimeoutError:
        raise RequestTooSlow("The request did not come to its end.") from None


async def _rest(receive: Receive, message: Message) -> bytes:
    body = bytearray()
    while True:
        if message["type"] != "http.request":  # gone: half a form might mean something else
            raise InvalidRequestError("The request is incomplete.")
        body += message.get("body", b"")
        _check_size(body)
        if not message.get("more_body"):
            return bytes(body)
        message = await receive()


def _check_size(body: bytes | bytearray) -> None:
    if len(body) > LARGEST_BODY_BYTES:
        raise RequestTooLarge("The request is too large.")


def parse_form(headers: Mapping[bytes, bytes], body: bytes) -> list[tuple[str, str]]:
    """Raises InvalidRequestError for whatever is no form of RFC 6749 appendix B."""
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise InvalidRequestError("The form must not be packed.")
    kind = headers.get(b"content-type", b"").split(b";", 1)[0].strip().lower()
    if kind != FORM.encode():
        raise InvalidRequestError(f"The content type must be {FORM}.")
    return parse_pairs(body)


def parse_pairs(text: bytes) -> list[tuple[str, str]]:
    """Raises InvalidRequestError."""
    try:
        return parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise InvalidRequestError("The form cannot be read.") from error


def sort_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Single parameters, without empty ones, and those that may repeat.

    Raises InvalidRequestError for a parameter that came twice.
    """
    form: dict[str, str] = {}
    many: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in MAY_REPEAT:
            many.setdefault(name, []).append(value)
        elif name in form:
            raise InvalidRequestError("A parameter is repeated.")
        elif "\0" in value:
            raise InvalidRequestError("A parameter holds a character that no text has.")
        elif value:  # without a value it counts as absent (RFC 6749 section 3.1)
            form[name] = value
    return form, many


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. A body of text is sent as it is, anything else as JSON."""

    status: int
    body: Any
    headers: tuple[Header, ...] = NO_STORE
    media_type: bytes = b"application/json"

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    async def send(self, send: Send, more: Iterable[Header] = ()) -> None:
        body = self.encoded()
        headers = [
            (b"content-type", self.media_type),
            (b"content-length", str(len(body)).encode()),
            *self.headers,
            *more,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


Endpoint = Callable[[BackChannelRequest], Awaitable[Answer]]
