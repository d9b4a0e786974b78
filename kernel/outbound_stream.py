"""Connections to checked addresses, all of whose operations together have one limit of time."""

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from kernel.networks import Address

Find = Callable[[str, int, float], Sequence[Address]]
"""Host, port and seconds left to the addresses that may be connected to."""


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Raises httpcore.ReadTimeout once nothing remains."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("no time remains")
        return seconds


class CheckedBackend(httpcore.NetworkBackend):
    """Looks the name up itself and connects to the very address that was checked.

    What a name server answers a moment later does not matter then. Host header and TLS still
    go by the name.
    """

    def __init__(self, find: Find, deadline: Deadline) -> None:
        self._find = find
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline is the limit
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._find(host, port, self._deadline.remaining())
        for address in addresses:
            try:
                inner = self._inner.connect_tcp(
                    str(address), port, self._deadline.remaining(), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                refused = error
            else:
                return BoundedStream(inner, self._deadline)
        raise refused


class BoundedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, self._deadline.remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.remaining())
        return BoundedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
