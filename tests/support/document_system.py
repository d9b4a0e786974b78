"""A shared system behind a proxy that signs people in: it greets whom the headers name."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from entrypoints.embedded.ports import LOOPBACK
from tests.support.ports import free_port

PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Quản lý văn bản</title>
<meta name="viewport" content="width=device-width">
<style>
body {{ margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1d2733; background: #f4f6f9; }}
header {{ padding: 14px 32px; background: #7a1f1f; color: #fff; display: flex; }}
header span {{ margin-left: auto; }}
main {{ margin: 32px; padding: 24px 32px; background: #fff; border: 1px solid #d8dee6; }}
dt {{ color: #51606f; }} dd {{ margin: 0 0 12px; }}
</style></head><body>
<header><strong>Quản lý văn bản và điều hành</strong><span>{name}</span></header>
<main><h1>Xin chào {name}</h1>
<dl><dt>Tên đăng nhập</dt><dd id="login">{login}</dd>
<dt>Địa chỉ thư công vụ</dt><dd id="address">{address}</dd></dl>
<p>Hệ thống này không có mật khẩu riêng.</p></main>
</body></html>"""
FAVICON = "/favicon.ico"


class _DocumentSystem(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.format(
            name=self._said("OIDC_CLAIM_name"),
            login=self._said("X-Remote-User"),
            address=self._said("OIDC_CLAIM_email"),
        ).encode()
        self.send_response(404 if self.path == FAVICON else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _said(self, name: str) -> str:
        # http.server reads header bytes as ISO 8859-1; proxies put UTF-8 there
        return escape(self.headers.get(name, "").encode("latin-1").decode())

    def log_message(self, *_: object) -> None:
        """Requests of tests are nobody's business."""


@contextmanager
def running_document_system() -> Iterator[str]:
    """Yields its address, which only the proxy is to know."""
    with ThreadingHTTPServer((LOOPBACK, free_port()), _DocumentSystem) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
