"""The endpoints that programs talk to, in front of the framework.

Form in, JSON out, the same handful of errors: a path, its method and an endpoint is all there is
to routing them (docs/performance.md has what a framework would cost here).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from starlette.types import ASGIApp, Receive, Scope, Send

from kernel.errors import DomainError
from kernel.http import address_in, name_route, status_of
from sso.clients.registry import Clients
from sso.keys.ring import SigningKeys
from sso.protocol.challenges import challenge
from sso.protocol.discovery import OAUTH_PATH, OPENID_PATH, Document, metadata
from sso.protocol.errors import TooManyRequests
from sso.protocol.http import (
    NO_STORE,
    Answer,
    BackChannelRequest,
    Endpoint,
    Header,
    parse_form,
    read_body,
    read_headers,
    sort_pairs,
)
from sso.protocol.mutual_tls import CERTIFICATE

JWKS_PATH = "/oauth2/jwks"
OPEN_TO_ALL: tuple[Header, ...] = ((b"access-control-allow-origin", b"*"),)
NOT_CHANGED, NOT_ALLOWED = 304, 405


@dataclass(frozen=True, slots=True)
class Route:
    endpoint: Endpoint
    methods: Collection[str] = ("POST",)
    scheme: str = "Basic"
    """What it asks for in WWW-Authenticate."""


class BackChannel:
    """ASGI middleware: answers its own paths, hands everything else on."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Mapping[str, Route],
        issuer: str,
        keys: Callable[[], SigningKeys],
        clients: Callable[[], Clients],
        jwks_cache_seconds: int,
        certificates: bool = False,
    ) -> None:
        self._app = app
        self._routes = routes
        self._keys = keys
        self._clients = clients
        self._discovery = Document(metadata(issuer, certificates=certificates))
        self._cache: Header = (
            b"cache-control",
            f"public, max-age={jwks_cache_seconds}".encode(),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if scope["type"] != "http" or path is None:
            await self._app(scope, receive, send)
        elif (route := self._routes.get(path)) is not None:
            await self._answer(route, scope, receive, send)
        elif path == JWKS_PATH:
            keys = self._keys()
            await self._document(scope, send, keys.jwks, keys.etag)
        elif path in {OPENID_PATH, OAUTH_PATH}:
            await self._document(scope, send, self._discovery.body, self._discovery.etag)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        name_route(scope, scope["path"])
        headers, repeated = read_headers(scope)
        origin = headers.get(b"origin")
        cross = self._cross_origin(origin) if origin else ()
        if scope["method"] == "OPTIONS" and cross:
            await Answer(204, b"", (*PREFLIGHT, *cross)).send(send)
            return
        if scope["method"] not in route.methods:
            allow = (b"allow", ", ".join(route.methods).encode())
            await Answer(NOT_ALLOWED, {"error": "invalid_request"}, (allow,)).send(send)
            return
        try:
            request = await _request(scope, receive, headers, repeated)
            answer = await route.endpoint(request)
        except OAuth2Error as error:
            answer = refusal(error, route.scheme)
        except DomainError as error:
            body = {"error": "temporarily_unavailable", "error_description": error.code}
            answer = Answer(status_of(error), body)
        await answer.send(send, cross)

    def _cross_origin(self, origin: bytes) -> tuple[Header, ...]:
        """Single-page applications call from the pages that their redirects lead to."""
        if origin.decode("latin-1") not in self._clients().origins:
            return ()
        return ((b"access-control-allow-origin", origin), (b"vary", b"Origin"))

    async def _document(self, scope: Scope, send: Send, body: bytes, etag: str) -> None:
        name_route(scope, scope["path"])
        headers, _ = read_headers(scope)
        shared = ((b"etag", etag.encode()), self._cache, *OPEN_TO_ALL)
        if scope["method"] not in {"GET", "HEAD"}:
            await Answer(NOT_ALLOWED, b"", ((b"allow", b"GET, HEAD"),)).send(send)
        elif etag.encode() in headers.get(b"if-none-match", b""):
            await Answer(NOT_CHANGED, b"", shared).send(send)
        else:
            await Answer(200, body if scope["method"] == "GET" else b"", shared).send(send)


PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"authorization, content-type, dpop"),
    (b"access-control-max-age", b"600"),
)


async def _request(
    scope: Scope, receive: Receive, headers: Mapping[bytes, bytes], repeated: frozenset[bytes]
) -> BackChannelRequest:
    """Raises OAuth2Error."""
    pairs: Iterable[tuple[str, str]] = ()
    if scope["method"] == "POST":
        if b"content-type" in repeated:
            raise InvalidRequestError("Repeated header content-type.")
        body = await read_body(receive)
        if body or b"content-type" in headers:
            pairs = parse_form(headers, body)
    form, many = sort_pairs(pairs)
    state = scope["state"]
    return BackChannelRequest(
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        form=form,
        many=many,
        repeated=repeated,
        query=scope["query_string"],
        certificate=state.get(CERTIFICATE),
        address=address_in(scope) or None,
        request_id=state.get("request_id"),
    )


def refusal(error: OAuth2Error, scheme: str) -> Answer:
    """RFC 6749 section 5.2, RFC 6750 section 3."""
    body = {"error": error.error}
    if error.description:
        body["error_description"] = error.description
    status: int = error.status_code or 400
    more: tuple[Header, ...] = ()
    if (asked := challenge(error, scheme)) is not None:
        more = ((b"www-authenticate", asked.encode()),)
    elif isinstance(error, TooManyRequests):
        more = ((b"retry-after", str(error.seconds).encode()),)
    return Answer(status, body, (*NO_STORE, *more))
