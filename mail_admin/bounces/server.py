"""Takes the mail that comes back, from Postfix by LMTP (RFC 2033).

Postfix is the queue: what cannot be noted now is answered with 451 and comes again. Whatever else
arrives here is taken and forgotten, since a refusal would make mail to people who sent none.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.listener import Listener
from mail_admin.bounces.report import LOOKED_AT_BYTES
from mail_admin.bounces.settings import BounceSettings

THREADS = 2
LONGEST_LINE_BYTES = 8192
READ_BYTES = 64 * 1024
END = b"\r\n.\r\n"
MOST_CONNECTIONS = 50
MOST_RECIPIENTS = 20
TAKEN, LATER = b"250 2.0.0 Taken\r\n", b"451 4.3.0 Cannot be noted now\r\n"
GREETING = b"220 congvu LMTP\r\n"
FEATURES = b"250-congvu\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n"

Take = Callable[[str, bytes], None]
"""A recipient and the beginning of a mail. Raises SQLAlchemyError."""

log = structlog.get_logger("bounces")


class HungUp(Exception):
    """Or said something without end."""


class _Input:
    """What a client says, with what it said already for later (RFC 2920)."""

    def __init__(self, reader: StreamReader, idle_seconds: float) -> None:
        self._reader = reader
        self._idle_seconds = idle_seconds
        self._read = b""

    async def line(self) -> bytes:
        """Without its end. Raises HungUp."""
        while (end := self._read.find(b"\n")) < 0 and len(self._read) <= LONGEST_LINE_BYTES:
            await self._more()
        if not 0 <= end <= LONGEST_LINE_BYTES:
            raise HungUp
        line, self._read = self._read[:end], self._read[end + 1 :]
        return line.rstrip(b"\r")

    async def content(self) -> bytes:
        """The beginning of a mail; the rest is read and dropped. Raises HungUp."""
        kept = b""
        self._read = b"\r\n" + self._read
        while (end := self._read.find(END)) < 0:
            known = len(self._read) - len(END) + 1  # the end may have begun in what is left
            if known > 0:
                kept, self._read = _added(kept, self._read[:known]), self._read[known:]
            await self._more()
        kept, self._read = _added(kept, self._read[:end]), self._read[end + len(END) :]
        return kept.replace(b"\r\n.", b"\r\n").removeprefix(b"\r\n")

    async def _more(self) -> None:
        """Raises HungUp."""
        try:
            async with asyncio.timeout(self._idle_seconds):
                read = await self._reader.read(READ_BYTES)
        except TimeoutError:
            raise HungUp from None
        if not read:
            raise HungUp
        self._read += read


def _added(kept: bytes, more: bytes) -> bytes:
    return kept + more[: max(LOOKED_AT_BYTES - len(kept), 0)]


@dataclass
class _Transaction:
    has_sender: bool = False
    recipients: list[str] = field(default_factory=list)


class BounceServer:
    def __init__(self, settings: BounceSettings, take: Take) -> None:
        self._settings = settings
        self._take = take
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="bounces")

    async def serve(self, stop: asyncio.Event, *, ready: Callable[[], None] = lambda: None) -> None:
        """Until told to stop. Raises OSError when the port is taken."""
        settings = self._settings
        listener = Listener(
            settings.host,
            settings.port,
            self._talk,
            longest_line=READ_BYTES,
            most=MOST_CONNECTIONS,
        )
        try:
            await listener.serve(stop, ready=ready)
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(GREETING)
        said, transaction = _Input(reader, self._settings.idle_seconds), _Transaction()
        try:
            while True:
                await writer.drain()
                line = (await said.line()).decode("ascii", errors="replace")
                verb, _, rest = line.partition(" ")
                verb = verb.upper()
                if verb == "DATA" and transaction.recipients:
                    writer.write(b"354 Go on\r\n")
                    await writer.drain()
                    content = await said.content()
                    for recipient in transaction.recipients:
                        writer.write(await self._answer(recipient, content))
                    transaction = _Transaction()
                elif verb == "QUIT":
                    writer.write(b"221 2.0.0 Bye\r\n")
                    return
                else:
                    writer.write(_reply(verb, rest, transaction))
        except HungUp:
            return

    async def _answer(self, recipient: str, content: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                await loop.run_in_executor(self._threads, self._take, recipient, content)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("returned-mail-put-off", error=type(error).__name__)
            return LATER
        return TAKEN


def _reply(verb: str, rest: str, transaction: _Transaction) -> bytes:
    if verb == "LHLO":
        return FEATURES
    if verb == "MAIL" and not transaction.has_sender:
        transaction.has_sender = True
        return b"250 2.1.0 OK\r\n"
    if verb == "RCPT" and transaction.has_sender:
        return _recipient(rest, transaction)
    if verb == "RSET":
        transaction.has_sender, transaction.recipients = False, []
    if verb in {"RSET", "NOOP"}:
        return b"250 2.0.0 OK\r\n"
    return b"503 5.5.1 Not now\r\n"


def _recipient(rest: str, transaction: _Transaction) -> bytes:
    """RCPT TO:<address>, as Postfix writes it."""
    address = rest.partition("<")[2].partition(">")[0]
    if len(transaction.recipients) >= MOST_RECIPIENTS:
        return b"452 4.5.3 Too many recipients\r\n"
    transaction.recipients.append(address)
    return b"250 2.1.5 OK\r\n"
