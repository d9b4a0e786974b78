"""A mail server in the process of the test that keeps what it gets."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from entrypoints.embedded.ports import LOOPBACK
from tests.support.ports import free_port


class Inbox:
    """Takes mail unless told to answer something else."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.contents: list[bytes] = []
        """The same mails to the byte."""
        self.senders: list[str] = []
        """Of the envelopes, in the same order."""
        self.to_recipient: str | None = None
        self.to_data = "250 Taken"

    async def handle_RCPT(  # noqa: N802  # named and called by the library
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient is not None:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if self.to_data.startswith("250"):
            self.senders.append(envelope.mail_from or "")
            self.contents.append(envelope.content)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.to_data


class _Server(Controller):
    """Leaves no connection open when it stops, as the library would."""

    def __init__(self, inbox: Inbox, **options: Any) -> None:
        super().__init__(inbox, hostname=LOOPBACK, port=free_port(), **options)
        self._connections: list[asyncio.BaseTransport] = []

    def factory(self) -> SMTP:
        connections = self._connections

        class Recorded(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                connections.append(transport)
                super().connection_made(transport)

        return Recorded(self.handler, **self.SMTP_kwargs)

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._drop_connections(), self.loop).result()
        self.stop()

    async def _drop_connections(self) -> None:
        for connection in self._connections:
            if isinstance(connection, asyncio.WriteTransport):
                connection.abort()
        for _ in range(3):  # the loop closes them in its next turns
            await asyncio.sleep(0)


@contextmanager
def smtp_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    """The port on loopback that takes mail; options are those of aiosmtpd."""
    server = _Server(inbox, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.end()
