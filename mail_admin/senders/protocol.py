"""What Postfix says to a mail filter: packets of a length, a letter and what belongs to it.

Only what is needed to see a message and who signed in; Postfix is asked to leave the rest out.
Source: the milter protocol, version 6 (libmilter/mfdef.h of Sendmail 8.18).
"""

import struct
from asyncio import IncompleteReadError, StreamReader

LONGEST_PACKET_BYTES = 256 * 1024
VERSION = 6
LEAST_VERSION = 2
LEFT_OUT = 0x01 | 0x02 | 0x08 | 0x10 | 0x100 | 0x200
"""Connections, greetings, recipients, bodies, unknown commands, DATA."""
LEFT_OUT_BUT_BODIES = LEFT_OUT & ~0x10
HEADERS_UNANSWERED = 0x80
BODIES_UNANSWERED = 0x80000
ADDS_HEADERS = 0x01
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


def insertion(name: str, value: str) -> bytes:
    """A header before all others; lines of its value are parted by LF alone."""
    content = struct.pack("!I", 0) + f"{name}\0{value}\0".encode("ascii")
    return packet(b"i", content)


def agreement(
    offer: bytes, left_out: int = LEFT_OUT, unanswered: int = HEADERS_UNANSWERED, actions: int = 0
) -> tuple[bytes, int]:
    """The answer to what Postfix offers, and which of `unanswered` it agrees to.

    Raises NotOurProtocol.
    """
    if len(offer) < 12:  # noqa: PLR2004  # three numbers
        raise NotOurProtocol("an offer without numbers")
    version, offered, steps = struct.unpack("!III", offer[:12])
    if version < LEAST_VERSION:
        raise NotOurProtocol("an old version")
    if actions & ~offered:
        raise NotOurProtocol("an offer without the changes that are needed")
    chosen = steps & (left_out | unanswered)
    answer = struct.pack("!III", min(version, VERSION), actions, chosen)
    return packet(b"O", answer), chosen & unanswered


def strings(content: bytes) -> list[str]:
    """What is separated by NUL, and ends with it; eight-bit letters as they are in UTF-8."""
    return content.decode("utf-8", errors="replace").rstrip("\0").split("\0")
