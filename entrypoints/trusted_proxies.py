"""What a trusted reverse proxy says of the connection in front of it.

Only here is it known who really connected to us: further in, the address is that of whom the proxy
speaks for, which whoever stands behind it must not be able to turn into trust of their own.
"""

from collections.abc import Sequence
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from entrypoints.settings import WebSettings
from kernel.http import peer_address
from kernel.networks import Network
from sso.protocol.mutual_tls import CERTIFICATE, ShownCertificate, shown_by_proxy

CERTIFICATE_HEADER = b"x-ssl-client-cert"
VERDICT_HEADER = b"x-ssl-client-verify"


def behind_proxies(app: ASGIApp, settings: WebSettings) -> ASGIApp:
    """Nothing in front of the application where nobody is trusted."""
    if not settings.trusted_proxies:
        return app
    proxies = [str(network) for network in settings.trusted_proxies]
    behind: ASGIApp = ProxyHeadersMiddleware(app, trusted_hosts=proxies)  # type: ignore[arg-type, assignment]
    if not settings.client_certificates:
        return behind
    return ClientCertificates(behind, settings.trusted_proxies)


class ClientCertificates:
    """ASGI middleware: notes the client certificate that a trusted proxy tells of (RFC 8705)."""

    def __init__(self, app: ASGIApp, proxies: Sequence[Network]) -> None:
        self._app = app

        @lru_cache(maxsize=1024)
        def is_trusted(host: str) -> bool:
            address = peer_address(host)
            return address is not None and any(address in proxy for proxy in proxies)

        self._is_trusted = is_trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("client")
        if scope["type"] == "http" and peer and self._is_trusted(peer[0]):
            shown = _told(scope)
            if shown is not None:
                scope.setdefault("state", {})[CERTIFICATE] = shown
        await self._app(scope, receive, send)


def _told(scope: Scope) -> ShownCertificate | None:
    """None where a header came twice: then the proxy adds to what clients send."""
    certificates = [value for name, value in scope["headers"] if name == CERTIFICATE_HEADER]
    verdicts = [value for name, value in scope["headers"] if name == VERDICT_HEADER]
    if len(certificates) != 1 or len(verdicts) != 1:
        return None
    return shown_by_proxy(certificates[0].decode("latin-1"), verdicts[0].decode("latin-1"))
