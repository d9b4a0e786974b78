"""A server that answers exactly the bytes it is told, well-formed or not, as slowly as it likes."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOPBACK = "127.0.0.1"

Script = Callable[[socket.socket, "RawServer"], None]


class RawServer:
    """One connection after another, each by the script; keeps the requests it got."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.stopping = threading.Event()
        self._script = script
        self._context = context
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(20)
            with contextlib.suppress(OSError), self._secured(connection) as secured:
                self.requests.append(_head(secured))
                self._script(secured, self)

    def _secured(self, connection: socket.socket) -> socket.socket:
        if self._context is None:
            return connection
        return self._context.wrap_socket(connection, server_side=True)

    def close(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _head(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(4096)
        if not data:
            break
        received += data
    return received


def answer(status: str = "200 OK", body: bytes = b"{}", *headers: str) -> Script:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection, _: connection.sendall("\r\n".join(lines).encode() + body)


def dripping(piece: bytes, *, seconds: float) -> Script:
    """These bytes again and again, so that no single wait is long."""

    def drip(connection: socket.socket, server: RawServer) -> None:
        while not server.stopping.wait(seconds):
            connection.sendall(piece)

    return drip


@contextmanager
def raw_server(script: Script, context: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    server = RawServer(script, context)
    thread = threading.Thread(target=server.serve, name="raw-server")
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
