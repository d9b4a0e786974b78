"""A site of files, for applications that run in the browser alone."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from entrypoints.embedded.ports import LOOPBACK

Files = Mapping[str, tuple[str, bytes]]
"""Path to media type and content."""


@contextmanager
def serving_files(files: Files, port: int) -> Iterator[str]:
    """Yields the address of the site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path not in files:
                self.send_error(404)
                return
            media_type, content = files[path]
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Requests of tests are nobody's business."""

    with ThreadingHTTPServer((LOOPBACK, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{port}"
        finally:
            server.shutdown()
            thread.join()
