"""What Postfix says to a mail filter: packets of a length, a letter and what belongs to it.

Only what is needed to see the headers of a message and who signed in; Postfix is asked to leave
the rest out. Source: the milter protocol, version 6 (libmilter/mfdef.h of Sendmail 8.18).
"""

import struct
from asyncio import IncompleteReadError, StreamReader

LONGEST_PACKET_BYTES = 256 * 1024
VERSION = 6
LEAST_VERSION = 2
LEFT_OUT = 0x01 | 0x02 | 0x08 | 0x10 | 0x100 | 0x200
"""Connections, greetings, recipients, bodies, unknown commands, DATA."""
HEADERS_UNANSWERED = 0x80
CONTINUE, ACCEPT, TEMPORARY = b"c", b"a", b"t"

Packet = tuple[bytes, bytes]


class NotOurProtocol(ValueError):
    """What came is no milter's conversation; Postfix puts the mail off."""


async def read_packet(reader: StreamReader) -> Packet | None:
    """None when the other side has hung up in between. Raises NotOurProtocol."""
    try:
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        if not 1 <= length <= LONGEST_PACKET_BYTES:
            raise NotOurProtocol("a packet of that length")
        packet = await reader.readexactly(length)
    except IncompleteReadError as error:
        if not error.partial:
            return None
        raise NotOurProtocol("ended in the middle") from None
    return packet[:1], packet[1:]


def packet(letter: bytes, content: bytes = b"") -> bytes:
    return struct.pack("!I", 1 + len(content)) + letter + content


def refusal(text: str) -> bytes:
    """A whole answer of SMTP; a percent sign stands for itself only when doubled."""
    return packet(b"y", text.replace("%", "%%").encode("ascii") + b"\0")


def agreement(offer: bytes) -> tuple[bytes, bool]:
    """The answer to what Postfix offers, and whether headers want answers.

    Raises NotOurProtocol.
    """
    if len(offer) < 12:  # noqa: PLR2004  # three numbers
        raise NotOurProtocol("an offer without numbers")
    version, _, steps = struct.unpack("!III", offer[:12])
    if version < LEAST_VERSION:
        raise NotOurProtocol("an old version")
    chosen = steps & (LEFT_OUT | HEADERS_UNANSWERED)
    answer = struct.pack("!III", min(version, VERSION), 0, chosen)
    return packet(b"O", answer), not chosen & HEADERS_UNANSWERED


def strings(content: bytes) -> list[str]:
    """What is separated by NUL, and ends with it; eight-bit letters as they are in UTF-8."""
    return content.decode("utf-8", errors="replace").rstrip("\0").split("\0")
