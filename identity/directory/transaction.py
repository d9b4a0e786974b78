"""LDAP transactions: many operations, one flush to disk (RFC 5805)."""

import time
from collections.abc import Sequence

from identity.directory import encoding, results
from identity.directory.channel import Channel

START, MEMBER, END = "1.3.6.1.1.21.1", "1.3.6.1.1.21.2", "1.3.6.1.1.21.3"
"""Section 5: request to start, control of each operation, request to end."""


PAUSE_SECONDS = 0.01
"""Between the last answer and the end.

slapd 2.5 keeps the operation after answering it, its thread has still to count it, and the end
frees it: when the end overtakes that thread, slapd dies of SIGSEGV. Seen three times in a hundred
small groups on a busy machine. Pipelining operations makes the same race likely.
"""


class Transaction:
    """One transaction on a channel of its own: `fill`, then `end`, then `committed`.

    The server does the work after `end`, and until `committed` has read the answer another
    transaction may be filled on another channel. Never more than one request is in flight on a
    channel.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._accepted = False
        self._identifier = b""
        self._filled_at = 0.0

    def fill(self, operations: Sequence[bytes]) -> None:
        started = self._channel.exchange(encoding.extended_request(START))
        if started.code:
            return
        self._identifier = started.value or b""
        membership = encoding.control_list(encoding.control(MEMBER, self._identifier))
        self._accepted = all(
            self._channel.exchange(operation, membership).code == results.SUCCESS
            for operation in operations
        )
        self._filled_at = time.monotonic()

    def end(self) -> None:
        """Ask to commit, or to forget everything when an operation was refused at once."""
        time.sleep(max(0.0, self._filled_at + PAUSE_SECONDS - time.monotonic()))
        decision = encoding.TRUE if self._accepted else encoding.FALSE
        value = encoding.tagged(encoding.SEQUENCE, decision + encoding.octets(self._identifier))
        self._channel.send(encoding.extended_request(END, value))

    def committed(self) -> bool:
        """True: all of it is on disk. False: nothing of it, and the server does not say why."""
        return self._channel.result().code == results.SUCCESS and self._accepted
