"""Signs with DKIM what Postfix shows it, as a mail filter (milter).

A message without a key passes as it is. One that cannot be signed now is put off: unsigned, others
might refuse it for good.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.encryption import Unsealable
from kernel.listener import Listener
from mail_admin.senders import protocol
from mail_admin.senders.protocol import NotOurProtocol, packet, read_packet
from mail_admin.signing.service import FORWARDED
from mail_admin.signing.settings import SigningSettings
from mail_admin.signing.signature import NAME, SIGNED, BodyHash, Field

THREADS = 4
MOST_HEADER_BYTES = 1024 * 1024
"""Of the fields that are signed; a message with more passes unsigned."""
WATCHED = {*SIGNED, FORWARDED}
LEFT_OUT, ADDS = protocol.LEFT_OUT_BUT_BODIES, protocol.ADDS_HEADERS
UNANSWERED = {"L": protocol.HEADERS_UNANSWERED, "B": protocol.BODIES_UNANSWERED}
SILENT = frozenset("DAKQ")
"""Macros, the end of a message or of a connection: nothing is answered."""
TRY_LATER = "451 4.3.0 Chua ky duoc thu, hay thu lai / Cannot sign the message now"

Sign = Callable[[Sequence[Field], bytes], str | None]
"""The value of the header for these fields and the digest of the body, or None.

Raises SQLAlchemyError, Unsealable.
"""

log = structlog.get_logger("signing")


@dataclass
class _Message:
    fields: list[Field] = field(default_factory=list)
    body: BodyHash = field(default_factory=BodyHash)
    header_bytes: int = 0

    def take_field(self, content: bytes) -> None:
        name, _, value = content.partition(b"\0")
        plain = name.decode("latin-1").strip().lower()
        if plain in WATCHED and self.header_bytes <= MOST_HEADER_BYTES:
            self.header_bytes += len(value)
            self.fields.append((plain, value.removesuffix(b"\0")))


class SigningServer:
    def __init__(self, settings: SigningSettings, sign: Sign) -> None:
        self._settings = settings
        self._sign = sign
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="signing")

    async def serve(self, stop: asyncio.Event, *, ready: Callable[[], None] = lambda: None) -> None:
        """Until told to stop. Raises OSError when the port is taken."""
        longest, settings = protocol.LONGEST_PACKET_BYTES, self._settings
        listener = Listener(settings.host, settings.port, self._talk, longest_line=longest)
        try:
            await listener.serve(stop, ready=ready)
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        message, unanswered = _Message(), 0
        try:
            while (said := await self._next(reader)) is not None:
                letter, content = said[0].decode("latin-1"), said[1]
                if letter == "O":
                    answer, unanswered = protocol.agreement(
                        content, LEFT_OUT, sum(UNANSWERED.values()), ADDS
                    )
                    writer.write(answer)
                elif letter == "E":
                    message.body.add(content)
                    writer.write(await self._answer(message))
                elif letter not in SILENT and not UNANSWERED.get(letter, 0) & unanswered:
                    writer.write(packet(protocol.CONTINUE))
                message = _after(letter, content, message)
                if letter == "Q":
                    return
                await writer.drain()
        except NotOurProtocol as error:
            log.warning("milter-malformed", reason=str(error))

    async def _next(self, reader: StreamReader) -> protocol.Packet | None:
        try:
            async with asyncio.timeout(self._settings.idle_seconds):
                return await read_packet(reader)
        except TimeoutError:
            return None

    async def _answer(self, message: _Message) -> bytes:
        if message.header_bytes > MOST_HEADER_BYTES:
            log.warning("headers-too-long")
            return packet(protocol.ACCEPT)
        loop, digest = asyncio.get_running_loop(), message.body.digest()
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                value = await loop.run_in_executor(
                    self._threads, self._sign, message.fields, digest
                )
        except (TimeoutError, SQLAlchemyError, Unsealable) as error:
            log.warning("not-signed", error=type(error).__name__)
            return protocol.refusal(TRY_LATER)
        header = protocol.insertion(NAME, value) if value else b""
        return header + packet(protocol.ACCEPT)


def _after(letter: str, content: bytes, message: _Message) -> _Message:
    """A message begins with its sender, and ends with its end, or is given up."""
    if letter == "L":
        message.take_field(content)
    elif letter == "B":
        message.body.add(content)
    elif letter in "MAEK":
        return _Message()
    return message
