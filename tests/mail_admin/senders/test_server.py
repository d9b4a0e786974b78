"""The filter spoken to in packets, as Postfix does and as nobody should."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from mail_admin.senders.server import SenderServer
from mail_admin.senders.service import TRY_LATER, Named
from mail_admin.senders.settings import SenderSettings
from tests.support import milter
from tests.support.listening import in_thread
from tests.support.ports import free_port


class Seen:
    def __init__(self) -> None:
        self.messages: list[Named] = []
        self.answer: str | None = None
        self.error: Exception | None = None

    def decide(self, message: Named) -> str | None:
        self.messages.append(message)
        if self.error is not None:
            raise self.error
        return self.answer


@contextmanager
def serving(seen: Seen, **settings: Any) -> Iterator[int]:
    chosen = SenderSettings(**{"port": free_port(), **settings})
    with in_thread(SenderServer(chosen, seen.decide)):
        yield chosen.port


class Postfix(milter.Postfix):
    def agree(self, steps: int = 0x1FFFFF) -> int:
        self.say(b"O", struct.pack("!III", 6, 0x1FF, steps))
        letter, version, actions, chosen = struct.unpack("!cIII", self.answer())
        assert (letter, version, actions) == (b"O", 6, 0)
        return int(chosen)

    def message(self, login: bytes, *fields: bytes, answered: bool = False) -> bytes:
        self.say(b"D", b"M{auth_type}\0PLAIN\0{auth_authen}\0" + login + b"\0")
        self.say(b"M", b"<an@a.vn>\0")
        assert self.answer() == b"c"
        for one in fields:
            self.say(b"L", one)
            if answered:
                assert self.answer() == b"c"
        self.say(b"N")
        return self.answer()


def test_who_signed_in_and_what_the_message_names_are_shown_for_each_message() -> None:
    seen = Seen()
    with serving(seen) as port, Postfix(port) as postfix:
        assert postfix.agree() == 0x39B
        fields = b"Subject\0x\0", "FROM\0 Nguyễn An\n <an@a.vn>\0".encode(), b"Sender\0b@a.vn\0"
        assert postfix.message(b"an", *fields) == b"a"
        seen.answer = "550 5.7.1 100% not yours"
        assert postfix.message(b"binh", b"From\0an@a.vn\0") == b"y550 5.7.1 100%% not yours\0"
        postfix.say(b"A")
        postfix.say(b"Q")
        assert postfix.answer() == b""
    assert seen.messages == [
        Named("an", [" Nguyễn An\n <an@a.vn>"], ["b@a.vn"]),
        Named("binh", ["an@a.vn"], []),
    ]


def test_a_postfix_that_wants_an_answer_to_each_header_gets_it() -> None:
    seen = Seen()
    with serving(seen) as port, Postfix(port) as postfix:
        assert postfix.agree(steps=0x1F) == 0x1B
        assert postfix.message(b"an", b"From\0an@a.vn\0", b"To\0b@a.vn\0", answered=True) == b"a"


def test_what_cannot_be_checked_is_put_off() -> None:
    seen, later = Seen(), f"y{TRY_LATER}\0".encode()
    seen.error = OperationalError("", {}, ConnectionError())
    with serving(seen) as port, Postfix(port) as postfix:
        postfix.agree()
        assert postfix.message(b"an", b"From\0an@a.vn\0") == later
        seen.error = None
        assert postfix.message(b"an", b"From\0an@a.vn\0") == b"a"


def test_a_field_with_something_hidden_behind_it_is_unclear() -> None:
    seen = Seen()
    with serving(seen) as port, Postfix(port) as postfix:
        postfix.agree()
        postfix.message(b"an", b"From\0an@a.vn\0boss@a.vn\0", *[b"From\0x\0"] * 100)
    assert seen.messages[0].froms == ["\0", "x", "x", "x", "x"]


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff" * 100,
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack("!I", 0),
        struct.pack("!I", 5) + b"O" + b"\0" * 4,
        struct.pack("!I", 13) + b"O" + struct.pack("!III", 1, 0, 0),
    ],
)
def test_what_is_no_milter_conversation_is_left(raw: bytes) -> None:
    seen = Seen()
    with serving(seen) as port:
        with Postfix(port) as postfix:
            postfix.send(raw)
            assert postfix.answer() == b""
        with Postfix(port) as postfix:
            assert postfix.agree()
    with serving(seen, idle_seconds=0.05) as port, Postfix(port) as postfix:
        assert postfix.answer() == b""
