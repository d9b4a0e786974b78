"""What signs, spoken to in packets as Postfix does and as nobody should."""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from kernel.encryption import Unsealable
from mail_admin.signing.server import MOST_HEADER_BYTES, TRY_LATER, SigningServer
from mail_admin.signing.settings import SigningSettings
from mail_admin.signing.signature import Field
from tests.support.listening import in_thread
from tests.support.milter import Postfix
from tests.support.ports import free_port

FROM = b"From\0 an@a.vn\0"


class Seen:
    def __init__(self) -> None:
        self.messages: list[tuple[list[Field], bytes]] = []
        self.value: str | None = "v=1;\n\tb=x"
        self.error: Exception | None = None

    def sign(self, fields: Sequence[Field], body: bytes) -> str | None:
        self.messages.append((list(fields), body))
        if self.error is not None:
            raise self.error
        return self.value


@contextmanager
def serving(seen: Seen, **settings: Any) -> Iterator[int]:
    chosen = SigningSettings(**{"port": free_port(), **settings})
    with in_thread(SigningServer(chosen, seen.sign)):
        yield chosen.port


def agree(postfix: Postfix, steps: int = 0x1FFFFF) -> int:
    postfix.say(b"O", struct.pack("!III", 6, 0x1FF, steps))
    letter, version, actions, chosen = struct.unpack("!cIII", postfix.answer())
    assert (letter, version, actions) == (b"O", 6, 1)
    return int(chosen)


def show(postfix: Postfix, *pieces: bytes, fields: Sequence[bytes] = (FROM,)) -> bytes:
    postfix.say(b"M", b"<an@a.vn>\0")
    assert postfix.answer() == b"c"
    for one in fields:
        postfix.say(b"L", one)
    postfix.say(b"N")
    assert postfix.answer() == b"c"
    for piece in pieces:
        postfix.say(b"B", piece)
    postfix.say(b"E")
    return postfix.answer()


def test_the_fields_and_the_body_of_each_message_are_signed_before_it_goes_on() -> None:
    seen = Seen()
    with serving(seen) as port, Postfix(port) as postfix:
        assert agree(postfix) == 0x8038B
        fields = (FROM, b"Received\0x\0", b"SUBJECT\0th\xff\n x\0")
        assert show(postfix, b"a ", b"b\r", b"\n\r\n", fields=fields) == (
            b"i" + struct.pack("!I", 0) + b"DKIM-Signature\0v=1;\n\tb=x\0"
        )
        assert postfix.answer() == b"a"
        seen.value = None
        assert show(postfix) == b"a"
    (first, second) = seen.messages
    assert [name for name, _ in first[0]] == ["from", "subject"]
    assert first[1] == hashlib.sha256(b"a b\r\n").digest()
    assert second == ([("from", b" an@a.vn")], hashlib.sha256().digest())


def test_a_postfix_that_wants_an_answer_to_each_piece_gets_it() -> None:
    seen = Seen()
    with serving(seen) as port, Postfix(port) as postfix:
        assert agree(postfix, steps=0) == 0
        for letter, content in ((b"M", b"<an@a.vn>\0"), (b"L", FROM), (b"N", b""), (b"B", b"x")):
            postfix.say(letter, content)
            assert postfix.answer() == b"c"


@pytest.mark.parametrize("error", [OperationalError("", {}, ConnectionError()), Unsealable("k9")])
def test_what_cannot_be_signed_now_is_put_off(error: Exception) -> None:
    seen = Seen()
    seen.error = error
    with serving(seen) as port, Postfix(port) as postfix:
        agree(postfix)
        assert show(postfix) == f"y{TRY_LATER}\0".encode()
        seen.error, seen.value = None, None
        assert show(postfix) == b"a"


def test_a_message_with_endless_headers_passes_unsigned() -> None:
    seen = Seen()
    with serving(seen) as port, Postfix(port) as postfix:
        agree(postfix)
        long = b"References\0" + b"x" * 200_000 + b"\0"
        assert show(postfix, fields=[long] * (MOST_HEADER_BYTES // 200_000 + 1)) == b"a"
    assert not seen.messages


def test_what_is_no_milter_conversation_is_left() -> None:
    with serving(Seen()) as port:
        for raw in (b"GET / HTTP/1.1\r\n\r\n", struct.pack("!IcIII", 13, b"O", 6, 0, 0)):
            with Postfix(port) as postfix:
                postfix.send(raw)
                assert postfix.answer() == b""
    with serving(Seen(), idle_seconds=0.05) as port, Postfix(port) as postfix:
        assert postfix.answer() == b""
