"""Pre-encoded messages over the socket of an ldap3 connection, one operation in flight."""

import socket
import time
from collections.abc import Iterator
from typing import cast

from identity.directory import decoding, encoding
from identity.directory.connection import Connection, translated
from identity.directory.decoding import Answer, Result, StandingEntry
from identity.directory.errors import DirectoryUnavailable

PAGED_RESULTS = "1.2.840.113556.1.4.319"
RECEIVE_BYTES = 1 << 18


class Channel:
    """Works over ldap://, StartTLS and ldaps:// alike: ldap3 has replaced the socket by then.

    After DirectoryUnavailable the connection is closed; open another one.
    """

    def __init__(self, connection: Connection, timeout_seconds: float) -> None:
        self._connection = connection
        self._socket = cast("socket.socket", connection.socket)
        self._socket.settimeout(timeout_seconds)
        self._timeout_seconds = timeout_seconds
        self._message_id = int(connection.server.next_message_id())
        self._deadline = 0.0
        self._received = bytearray()
        self._read = 0
        """Offset in `_received` of the first octet not yet taken."""

    @property
    def closed(self) -> bool:
        return bool(self._connection.closed)

    @property
    def extensions(self) -> set[str]:
        """Object identifiers of the extended requests that the server announces."""
        announced = self._connection.server.info  # None when the server hides its root entry
        return (
            {extension[0] for extension in announced.supported_extensions} if announced else set()
        )

    def close(self) -> None:
        self._connection.strategy.close()

    def exchange(self, operation: bytes, controls: bytes = b"") -> Result:
        """Send one request that is no search and wait for its result."""
        self.send(operation, controls)
        return self.result()

    def send(self, operation: bytes, controls: bytes = b"") -> None:
        """Only when the answer to the request before has been read."""
        self._message_id += 1
        self._deadline = time.monotonic() + self._timeout_seconds
        request = encoding.message(self._message_id, operation, controls)
        try:
            with translated():
                self._socket.sendall(request)
        except DirectoryUnavailable:
            self.close()
            raise

    def result(self) -> Result:
        """The answer to what was sent."""
        answer = self._answer()
        if not isinstance(answer.content, Result):
            self.close()
            raise DirectoryUnavailable(f"unexpected answer of kind {answer.kind:#x}")
        return answer.content

    def search(self, operation: bytes, controls: bytes = b"") -> Iterator[StandingEntry | Result]:
        """The entries found, then the result. Exhaust it before the next request."""
        self.send(operation, controls)
        while True:
            found = self._answer().content
            if found is not None:
                yield found
            if isinstance(found, Result):
                return

    def paged_search(self, operation: bytes, page_size: int) -> Iterator[StandingEntry | Result]:
        """Entries in pages (RFC 2696), then the last result; memory holds one page."""
        cookie = b""
        while True:
            paging = encoding.tagged(
                encoding.SEQUENCE, encoding.integer(page_size) + encoding.octets(cookie)
            )
            controls = encoding.control_list(encoding.control(PAGED_RESULTS, paging))
            for found in self.search(operation, controls):
                if isinstance(found, StandingEntry):
                    yield found
                else:
                    result = found
            control = result.controls.get(PAGED_RESULTS)
            cookie = decoding.paging_cookie(control) if control else b""
            if result.code or not cookie:
                yield result
                return

    def _answer(self) -> Answer:
        try:
            with translated():
                answer = decoding.decode(self._message())
        except decoding.MalformedAnswer as error:
            self.close()
            raise DirectoryUnavailable(f"malformed answer: {error}") from error
        except DirectoryUnavailable:
            self.close()
            raise
        if answer.message_id != self._message_id:
            # Id 0 is the server's notice that it gives up (RFC 4511 section 4.4).
            self.close()
            raise DirectoryUnavailable(f"notice instead of an answer: {answer.content}")
        return answer

    def _message(self) -> bytes:
        """The next whole message."""
        while True:
            size = decoding.message_size(self._received, self._read)
            if size is not None and len(self._received) >= self._read + size:
                break
            self._receive()
        message = bytes(memoryview(self._received)[self._read : self._read + size])
        self._read += size
        if self._read == len(self._received):
            self._received.clear()
            self._read = 0
        return message

    def _receive(self) -> None:
        """More octets. Each wait has the limit too, so an operation ends within twice of it."""
        if time.monotonic() > self._deadline:
            raise TimeoutError(f"no whole answer within {self._timeout_seconds} s")
        data = self._socket.recv(RECEIVE_BYTES)
        if not data:
            raise ConnectionError("the server closed the connection")
        if self._read:
            del self._received[: self._read]
            self._read = 0
        self._received += data
