"""The header DKIM-Signature (RFC 6376), made while a message passes by: no body is kept.

Both canonicalisations are "relaxed", so that spaces changed on the way do no harm.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from mail_admin.domains.dkim import SigningKey

NAME = "DKIM-Signature"
SIGNED = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to",
    "references", "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip
CLOSED = ("from", "reply-to", "to", "cc", "subject", "content-type")
"""Named once more than they are there: nobody adds another one on the way (section 8.15)."""
LONGEST_LINE = 72
SPACES = re.compile(rb"[ \t]+")
LINE_ENDS = re.compile(rb"\r?\n")

Field = tuple[str, bytes]
"""A header: its name in lower case, and its value as it is written."""


class BodyHash:
    """Relaxed canonicalisation (section 3.4.4) of a body that comes in pieces."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._line = bytearray()
        """The last one, without its end yet."""
        self._empty_lines = 0
        """They count only if something follows."""

    def add(self, piece: bytes) -> None:
        if b"\n" not in piece:
            self._line += piece
            return
        *lines, rest = (bytes(self._line) + piece).split(b"\n")
        self._line = bytearray(rest)
        for line in lines:
            self._take(line.removesuffix(b"\r"))

    def digest(self) -> bytes:
        """At the end of the body; a last line without an end gets one."""
        if self._line:
            self._take(bytes(self._line))
            self._line.clear()
        return self._hash.digest()

    def _take(self, line: bytes) -> None:
        plain = SPACES.sub(b" ", line).rstrip(b" ")
        if not plain:
            self._empty_lines += 1
            return
        self._hash.update(b"\r\n" * self._empty_lines + plain + b"\r\n")
        self._empty_lines = 0


def sign(key: SigningKey, fields: Sequence[Field], body: bytes, now: datetime) -> str:
    """The value of the header, lines parted by LF; `body` is its digest."""
    chosen = list(_chosen(fields))
    tags = [
        "v=1",
        "a=rsa-sha256",
        "c=relaxed/relaxed",
        f"d={key.domain}",
        f"s={key.selector}",
        f"t={int(now.timestamp())}",
        "h=" + ":".join(name for name, _ in chosen),
        f"bh={base64.b64encode(body).decode()}",
    ]
    unsigned = "\n\t".join([*(f"{tag};" for tag in tags), "b="])
    own = _relaxed(NAME.lower(), unsigned.encode()).removesuffix(b"\r\n")
    headers = [_relaxed(name, value) for name, value in chosen if value is not None]
    signature = key.private.sign(b"".join([*headers, own]), padding.PKCS1v15(), hashes.SHA256())
    return unsigned + "\n\t ".join(_pieces(base64.b64encode(signature).decode()))


def _chosen(fields: Sequence[Field]) -> Iterator[tuple[str, bytes | None]]:
    """Of each name the last one first, as it is verified (section 5.4.2)."""
    for name in SIGNED:
        yield from ((name, value) for other, value in reversed(fields) if other == name)
        if name in CLOSED:
            yield name, None


def _relaxed(name: str, value: bytes) -> bytes:
    plain = SPACES.sub(b" ", LINE_ENDS.sub(b"", value)).strip(b" ")
    return name.encode() + b":" + plain + b"\r\n"


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + LONGEST_LINE] for start in range(0, len(text), LONGEST_LINE))
