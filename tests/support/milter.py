"""The other side of a mail filter of ours."""

import socket
import struct
from typing import Self

from entrypoints.embedded.ports import LOOPBACK
from tests.support.listening import PATIENCE_SECONDS


class Postfix:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), PATIENCE_SECONDS)
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def send(self, raw: bytes) -> None:
        self._socket.sendall(raw)

    def say(self, letter: bytes, content: bytes = b"") -> None:
        self.send(struct.pack("!I", 1 + len(content)) + letter + content)

    def answer(self) -> bytes:
        """Empty when the server has left."""
        try:
            head = self._answers.read(4)
            return self._answers.read(struct.unpack("!I", head)[0]) if head else b""
        except ConnectionResetError:
            return b""
