"""A server in between, which can be taken away and given back while the real one stands."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"


class Relay:
    """Forwards TCP connections on a port of its own; `refuse` also cuts those that stand."""

    def __init__(self, target: int) -> None:
        self.refused = 0
        self._target = target
        self._accepting = True
        self._lock = threading.Lock()
        self._standing: list[socket.socket] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="relay")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.refuse()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def refuse(self) -> None:
        with self._lock:
            self._accepting = False
            for connection in self._standing:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def accept(self) -> None:
        with self._lock:
            self._accepting = True

    def _serve(self) -> None:
        pumps: list[threading.Thread] = []
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # that was the end
                break
            with self._lock:
                if not self._accepting:
                    self.refused += 1
                    client.close()
                    continue
                server = socket.create_connection((LOOPBACK, self._target))
                self._standing += [client, server]
            for source, sink in ((client, server), (server, client)):
                pumps.append(threading.Thread(target=_pump, args=(source, sink)))
                pumps[-1].start()
        for pump in pumps:
            pump.join()
        for connection in self._standing:
            connection.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        source.shutdown(socket.SHUT_RDWR)
