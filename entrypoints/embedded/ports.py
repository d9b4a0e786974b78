"""The ports of one copy: fifteen in a row from CONGVU_PORT_BASE."""

import errno
import socket
import time
from dataclasses import dataclass

from entrypoints.embedded.errors import PortTaken
from entrypoints.home import PORTS_IN_A_ROW

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    web: int
    postgres: int
    ldap: int
    ldaps: int
    imap: int
    submission: int
    lmtp: int
    sieve: int
    """ManageSieve, where mail programs keep filters and notices of absence."""
    doveadm: int
    """Dovecot's own API, for the worker."""
    smtp: int
    """What port 25 is in production: mail from outside."""
    reinjection: int
    """Where Dovecot's Sieve hands in what it sends."""
    policy: int
    """Where Postfix asks whether somebody sends too much."""
    bounces: int
    """Where Postfix hands in mail of ours that came back."""
    senders: int
    """Where Postfix shows messages that somebody hands in, for the sender they name."""
    signing: int
    """Where Postfix has messages signed with DKIM."""

    @classmethod
    def from_base(cls, base: int) -> "Ports":
        return cls(*range(base, base + PORTS_IN_A_ROW))


OWN_PORTS = ("web", "postgres", "ldap", "ldaps", "imap", "submission", "lmtp", "sieve", "doveadm",
             "smtp", "reinjection", "policy", "bounces", "senders", "signing")  # fmt: skip
"""What parts of ours listen on."""


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


def require_free(port: int, part: str, *, patience_seconds: float = 0.0) -> None:
    """Raises PortTaken. Patience is for the children of a supervisor that was killed just now."""
    deadline = time.monotonic() + patience_seconds
    while not is_free(port):
        if time.monotonic() >= deadline:
            raise PortTaken(port, part)
        time.sleep(0.05)


def answers(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True
