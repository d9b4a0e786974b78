"""The policy server in a thread of the test, and a client that asks as Postfix does."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from entrypoints.embedded.ports import LOOPBACK
from mail_admin.limits.server import Decide, PolicyServer
from mail_admin.limits.settings import LimitSettings
from tests.support.ports import free_port

PATIENCE_SECONDS = 30.0


@contextmanager
def serving_policy(decide: Decide, **settings: Any) -> Iterator[int]:
    """The port at which it answers."""
    chosen = LimitSettings(**{"port": free_port(), **settings})
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(PolicyServer(chosen, decide).serve(stop, ready=ready.set))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(PATIENCE_SECONDS)
    try:
        yield chosen.port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


class Postfix:
    """One connection of one smtpd process."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((LOOPBACK, port), timeout=PATIENCE_SECONDS)
        self._answers = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self.socket.close()

    def ask(self, recipient: str, **attributes: str) -> str:
        asked = {
            "request": "smtpd_access_policy",
            "protocol_state": "RCPT",
            "protocol_name": "ESMTP",
            "sender": "",
            "recipient": recipient,
            "instance": "1",
            "policy_context": "submission",
            **attributes,
        }
        lines = [f"{name}={value}\n" for name, value in asked.items()]
        self.socket.sendall("".join([*lines, "\n"]).encode())
        return self.action()

    def action(self) -> str:
        """Empty when the server hung up instead."""
        line = self._answers.readline().decode()
        self._answers.readline()
        return line.removeprefix("action=").rstrip("\n")
