"""An application behind a proxy: it answers every request with the headers it got, as JSON."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from entrypoints.embedded.ports import LOOPBACK
from tests.support.ports import free_port


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        # http.server reads header bytes as ISO 8859-1; proxies put UTF-8 there
        headers = {
            name.lower(): value.encode("latin-1").decode() for name, value in self.headers.items()
        }
        body = json.dumps({"path": self.path, "headers": headers}, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests of tests are nobody's business."""


@contextmanager
def running_echo() -> Iterator[str]:
    """Yields the address of the application."""
    with ThreadingHTTPServer((LOOPBACK, free_port()), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
