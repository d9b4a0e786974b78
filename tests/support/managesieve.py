"""As much of a ManageSieve client (RFC 5804) as it takes to put a script in force."""

import base64
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from entrypoints.embedded.ports import LOOPBACK
from tests.support.mail import MailStack
from tests.support.mail_messages import plain
from tests.support.provider import Member

LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class Refused(Exception):
    """The server said NO."""


class ManageSieve:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("rb")
        self.greeting = self.answer()

    def encrypt(self, context: ssl.SSLContext) -> "ManageSieve":
        self.command("STARTTLS")
        self._lines.close()
        return ManageSieve(context.wrap_socket(self._connection, server_hostname=LOOPBACK))

    def command(self, text: str) -> str:
        self._connection.sendall(f"{text}\r\n".encode())
        return self.answer()

    def answer(self) -> str:
        """Everything up to OK. Raises Refused."""
        said = []
        while line := self._lines.readline():
            said.append(line.decode())
            if literal := LITERAL.search(line):
                said.append(self._lines.read(int(literal[1]) + 2).decode())
            if line.startswith((b"OK", b"NO", b"BYE")):
                break
        whole = "".join(said)
        if not re.search(r"^OK", whole, re.MULTILINE):
            raise Refused(whole)
        return whole

    def put(self, script: str) -> None:
        """Put a script in force. Raises Refused."""
        size = len(script.encode())
        self.command(f'PUTSCRIPT "mine" {{{size}+}}\r\n{script}')
        self.command('SETACTIVE "mine"')

    def close(self) -> None:
        self._lines.close()
        self._connection.close()


@contextmanager
def filters_of(mail: MailStack, member: Member) -> Iterator[ManageSieve]:
    with ExitStack() as stack:
        place = (LOOPBACK, mail.dovecot.sieve)
        connection = stack.enter_context(socket.create_connection(place))
        client = ManageSieve(connection).encrypt(mail.trust())
        stack.callback(client.close)
        answer = base64.b64encode(plain(member.login, member.password)).decode()
        client.command(f'AUTHENTICATE "PLAIN" "{answer}"')
        yield client


def put_filter(mail: MailStack, member: Member, script: str) -> None:
    with filters_of(mail, member) as filters:
        filters.put(script)
