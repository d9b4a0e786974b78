"""What takes returned mail, spoken to as Postfix does, and as nobody should."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from sqlalchemy.exc import OperationalError

from entrypoints.embedded.ports import LOOPBACK
from mail_admin.bounces.report import LOOKED_AT_BYTES
from mail_admin.bounces.server import LONGEST_LINE_BYTES, READ_BYTES, BounceServer
from mail_admin.bounces.settings import BounceSettings
from tests.support.listening import PATIENCE_SECONDS, in_thread
from tests.support.ports import free_port


@dataclass
class Taken:
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    error: Exception | None = None

    def take(self, recipient: str, content: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.mails.append((recipient, content))


@contextmanager
def serving(taken: Taken, **settings: Any) -> Iterator[int]:
    chosen = BounceSettings(**{"port": free_port(), **settings})
    with in_thread(BounceServer(chosen, taken.take)):
        yield chosen.port


class Postfix:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), PATIENCE_SECONDS)
        self._answers = self._socket.makefile("rb")
        assert self.answer().startswith("220")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def answer(self) -> str:
        """The last line of it; empty when the server has left."""
        try:
            line = self._answers.readline().decode()
            while line[3:4] == "-":
                line = self._answers.readline().decode()
        except ConnectionResetError:  # it left without reading what we said
            return ""
        return line

    def send(self, raw: bytes) -> None:
        self._socket.sendall(raw)

    def say(self, text: bytes) -> str:
        self.send(text + b"\r\n")
        return self.answer()

    def hand_in(self, content: bytes, *recipients: str) -> list[str]:
        self.say(b"LHLO mail")
        self.say(b"MAIL FROM:<> BODY=8BITMIME")
        for recipient in recipients:
            assert self.say(f"RCPT TO:<{recipient}>".encode()).startswith("250")
        assert self.say(b"DATA").startswith("354")
        self._socket.sendall(content + b"\r\n.\r\n")
        return [self.answer()[:3] for _ in recipients]


def test_mail_is_taken_once_for_each_recipient_and_without_its_dots() -> None:
    taken = Taken()
    with serving(taken) as port, Postfix(port) as postfix:
        assert postfix.hand_in(b"A: b\r\n\r\n..x", "a@b.vn", "c@d.vn") == ["250", "250"]
        assert postfix.hand_in(b"second", "a@b.vn") == ["250"]
        assert postfix.say(b"QUIT").startswith("221")
        assert postfix.answer() == ""
    content = b"A: b\r\n\r\n.x"
    assert taken.mails == [("a@b.vn", content), ("c@d.vn", content), ("a@b.vn", b"second")]


def test_commands_that_come_at_once_and_a_mail_in_pieces_are_taken_apart() -> None:
    taken = Taken()
    with serving(taken) as port, Postfix(port) as postfix:
        said = b"LHLO m\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.vn>\r\nDATA\r\n.\r\nRSET\r\nQUIT\r\n"
        for place in range(len(said)):
            postfix.send(said[place : place + 1])
        codes = [postfix.answer()[:3] for _ in range(7)]
    assert codes == ["250", "250", "250", "354", "250", "250", "221"]
    assert taken.mails == [("a@b.vn", b"")]


def test_what_cannot_be_noted_now_is_to_come_again() -> None:
    taken = Taken(error=OperationalError("", {}, ConnectionError()))
    with serving(taken) as port, Postfix(port) as postfix:
        assert postfix.hand_in(b"x", "a@b.vn") == ["451"]
        taken.error = None
        assert postfix.hand_in(b"x", "a@b.vn") == ["250"]


@pytest.mark.parametrize(
    "content",
    [b"x" * 10_000_000, b"x\r\n" * 2_000_000, b"\r\n..\r\n.x" * 200_000],
)
def test_of_a_huge_mail_the_beginning_is_kept(content: bytes) -> None:
    taken = Taken()
    with serving(taken) as port, Postfix(port) as postfix:
        assert postfix.hand_in(content, "a@b.vn") == ["250"]
    ((_, kept),) = taken.mails
    assert LOOKED_AT_BYTES // 2 < len(kept) <= LOOKED_AT_BYTES


@pytest.mark.parametrize("text", [b"\x00\xff" * 100, b"GET / HTTP/1.1", b"DATA", b"RCPT TO:<a@b>"])
def test_what_is_not_lmtp_is_told_so(text: bytes) -> None:
    taken = Taken()
    with serving(taken) as port, Postfix(port) as postfix:
        assert postfix.say(text).startswith("503")
    assert taken.mails == []


def test_a_line_without_end_or_silence_ends_the_connection() -> None:
    taken = Taken()
    with serving(taken) as port, Postfix(port) as postfix:
        assert postfix.say(b"x" * (READ_BYTES + LONGEST_LINE_BYTES)) == ""
    with serving(taken, idle_seconds=0.05) as port, Postfix(port) as postfix:
        assert postfix.answer() == ""
    assert taken.mails == []
