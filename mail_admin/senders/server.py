"""Shows what people hand in to the check of senders, as a mail filter (milter) of Postfix.

What cannot be checked is put off, so that the mail stays in the outbox: nobody's name is used
while we are away.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.listener import Listener
from mail_admin.senders import protocol
from mail_admin.senders.header import LONGEST_VALUE
from mail_admin.senders.protocol import NotOurProtocol, packet, read_packet
from mail_admin.senders.service import TRY_LATER, Named
from mail_admin.senders.settings import SenderSettings

THREADS = 4
MOST_WAITING = 64
MOST_FIELDS = 5
"""Of From and Sender each; more are as wrong as two."""
SILENT = frozenset("DAKQ")
"""Macros, the end of a message or of a connection: nothing is answered."""
WATCHED = {"from", "sender"}

Decide = Callable[[Named], str | None]
"""Raises SQLAlchemyError."""

log = structlog.get_logger("senders")


@dataclass
class _Message:
    login: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        values = self.fields.setdefault(name, [])
        if len(values) < MOST_FIELDS:
            values.append(value[: LONGEST_VALUE + 1])

    def named(self) -> Named:
        return Named(self.login, self.fields.get("from", []), self.fields.get("sender", []))


class SenderServer:
    def __init__(self, settings: SenderSettings, decide: Decide) -> None:
        self._settings = settings
        self._decide = decide
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="senders")
        self._waiting = 0

    async def serve(self, stop: asyncio.Event, *, ready: Callable[[], None] = lambda: None) -> None:
        """Until told to stop. Raises OSError when the port is taken."""
        listener = Listener(
            self._settings.host,
            self._settings.port,
            self._talk,
            longest_line=protocol.LONGEST_PACKET_BYTES,
        )
        try:
            await listener.serve(stop, ready=ready)
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        message, wants_answers = _Message(), True
        try:
            while (said := await self._next(reader)) is not None:
                letter, content = said[0].decode("latin-1"), said[1]
                if letter == "O":
                    answer, unanswered = protocol.agreement(content)
                    wants_answers = not unanswered
                    writer.write(answer)
                elif letter == "N":
                    writer.write(await self._answer(message))
                elif letter == "L":
                    _read_field(message, content)
                    if wants_answers:
                        writer.write(packet(protocol.CONTINUE))
                elif letter not in SILENT:
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
        """Once all headers are seen: the rest of the message is not needed."""
        refusal = TRY_LATER
        if self._waiting >= MOST_WAITING:
            log.warning("too-busy")
            return protocol.refusal(refusal)
        self._waiting += 1
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self._decide, message.named())
        work.add_done_callback(self._one_less)
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                found = await asyncio.shield(work)
        except (TimeoutError, SQLAlchemyError) as error:
            log.warning("sender-not-checked", error=type(error).__name__)
            return protocol.refusal(refusal)
        return packet(protocol.ACCEPT) if found is None else protocol.refusal(found)

    def _one_less(self, work: "asyncio.Future[str | None]") -> None:
        self._waiting -= 1
        if not work.cancelled():
            work.exception()  # is told above, or nobody waits for it any more


def _read_field(message: _Message, content: bytes) -> None:
    name, *values = protocol.strings(content)
    if (plain := name.strip().lower()) in WATCHED:
        message.add(plain, values[0] if len(values) == 1 else "\0")


def _after(letter: str, content: bytes, message: _Message) -> _Message:
    """Macros of MAIL say who signed in; a message ends with its end, or is given up."""
    if letter == "D" and content[:1] == b"M":
        pairs = protocol.strings(content[1:])
        macros = dict(zip(pairs[::2], pairs[1::2], strict=False))
        return _Message(macros.get("{auth_authen}", ""))
    if letter in "AEK":
        return _Message()
    return message
