"""Entries as LDIF (RFC 2849), streamed: fit for `slapadd -q` when parents come first.

Without the line `version: 1`, which slapadd takes for an entry of its own.
"""

import base64
from collections.abc import Iterable, Iterator

from identity.directory.entries import Entry

LINE_OCTETS = 76
"""Longest line; a continuation begins with a space (note 2 of the grammar)."""
SAFE_INSIDE = frozenset(range(1, 128)) - {10, 13}


def ldif_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Octets to write one after the other; memory holds one entry."""
    for entry in entries:
        yield from _line("dn", entry.dn.encode())
        for name, values in entry.all_attributes().items():
            for value in values:
                yield from _line(name, value)
        yield b"\n"


def _line(name: str, value: bytes) -> Iterator[bytes]:
    if _is_safe(value):
        whole = name.encode() + b": " + value
    else:
        whole = name.encode() + b":: " + base64.b64encode(value)
    yield whole[:LINE_OCTETS] + b"\n"
    for start in range(LINE_OCTETS, len(whole), LINE_OCTETS - 1):
        yield b" " + whole[start : start + LINE_OCTETS - 1] + b"\n"


def _is_safe(value: bytes) -> bool:
    """SAFE-STRING of the grammar; a value ending in a space is encoded too, as note 8 asks."""
    return (
        SAFE_INSIDE.issuperset(value) and value[:1] not in (b" ", b":", b"<") and value[-1:] != b" "
    )
