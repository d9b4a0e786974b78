"""The policy server in a thread of the test, and a client that asks as Postfix does."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from entrypoints.embedded.ports import LOOPBACK
from mail_admin.limits.server import Decide, PolicyServer
from mail_admin.limits.settings import LimitSettings
from tests.support.listening import PATIENCE_SECONDS, in_thread
from tests.support.ports import free_port


@contextmanager
def serving_policy(decide: Decide, **settings: Any) -> Iterator[int]:
    """The port at which it answers."""
    chosen = LimitSettings(**{"port": free_port(), **settings})
    with in_thread(PolicyServer(chosen, decide)):
        yield chosen.port


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
