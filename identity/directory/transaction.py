"""LDAP transactions: many operations, one flush to disk (RFC 5805)."""

from collections.abc import Sequence

from identity.directory import encoding, results
from identity.directory.channel import Channel

START, MEMBER, END = "1.3.6.1.1.21.1", "1.3.6.1.1.21.2", "1.3.6.1.1.21.3"
"""Section 5: request to start, control of each operation, request to end."""


class Transaction:
    """One transaction on a channel of its own: `fill`, then `end`, then `committed`.

    The server does the work after `end`, and until `committed` has read the answer another
    transaction may be filled on another channel. Never more than one request is in flight on a
    channel: slapd 2.5 can crash when those of one transaction are pipelined.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._accepted = False
        self._identifier = b""

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

    def end(self) -> None:
        """Ask to commit, or to forget everything when an operation was refused at once."""
        decision = encoding.TRUE if self._accepted else encoding.FALSE
        value = encoding.tagged(encoding.SEQUENCE, decision + encoding.octets(self._identifier))
        self._channel.send(encoding.extended_request(END, value))

    def committed(self) -> bool:
        """True: all of it is on disk. False: nothing of it, and the server does not say why."""
        return self._channel.result().code == results.SUCCESS and self._accepted
