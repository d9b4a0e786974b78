"""LDAP answers, as far as we read them (RFC 4511 section 4)."""

from dataclasses import dataclass, field
from enum import IntEnum


class Kind(IntEnum):
    """Tags of the answers in LDAPMessage.protocolOp."""

    SEARCH_ENTRY = 0x64
    SEARCH_DONE = 0x65
    MODIFY = 0x67
    ADD = 0x69
    DELETE = 0x6B
    MODIFY_DN = 0x6D
    SEARCH_REFERENCE = 0x73
    EXTENDED = 0x78


CONTROLS, EXTENDED_VALUE, OCTET_STRING = 0xA0, 0x8B, 0x04


class MalformedAnswer(ValueError):
    """The server sent something that is no LDAP message."""


@dataclass(frozen=True, slots=True)
class StandingEntry:
    """An entry as the directory has it."""

    dn: str
    attributes: dict[str, tuple[bytes, ...]]

    def one(self, attribute: str) -> str | None:
        values = self.attributes.get(attribute)
        return values[0].decode() if values else None


@dataclass(frozen=True, slots=True)
class Result:
    """LDAPResult (section 4.1.9)."""

    code: int
    matched_dn: str = ""
    diagnostic: str = ""
    value: bytes | None = None
    """Of an extended response."""
    controls: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    message_id: int
    kind: int
    content: StandingEntry | Result | None
    """None for referrals and other answers that we do not read."""


def message_size(data: bytes | bytearray, start: int) -> int | None:
    """Octets of the message that begins at `start`; None while its header is incomplete."""
    if len(data) < start + 2:
        return None
    first = data[start + 1]
    if first < 0x80:  # noqa: PLR2004  # the short form
        return 2 + first
    header = 2 + (first & 0x7F)
    if len(data) < start + header:
        return None
    return header + int.from_bytes(data[start + 2 : start + header], "big")


def decode(data: bytes) -> Answer:
    """One whole LDAPMessage. Raises MalformedAnswer."""
    try:
        return _decode(data)
    except (IndexError, UnicodeDecodeError) as error:
        raise MalformedAnswer(str(error)) from error


def _decode(data: bytes) -> Answer:
    _, position, end = _element(data, 0)
    _, start, position = _element(data, position)
    message_id = int.from_bytes(data[start:position], "big")
    kind, start, stop = _element(data, position)
    if kind == Kind.SEARCH_ENTRY:
        return Answer(message_id, kind, _entry(data, start, stop))
    if kind == Kind.SEARCH_REFERENCE or not kind & 0x20:
        return Answer(message_id, kind, None)
    controls = _controls(data, stop, end)
    return Answer(message_id, kind, _result(data, start, stop, controls))


def _element(data: bytes, position: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at `position`."""
    size = data[position + 1]
    start = position + 2
    if size >= 0x80:  # noqa: PLR2004  # the long form
        start += size & 0x7F
        size = int.from_bytes(data[position + 2 : start], "big")
    if start + size > len(data):
        raise IndexError(f"element at {position} ends after the message")
    return data[position], start, start + size


def _entry(data: bytes, position: int, end: int) -> StandingEntry:
    _, start, position = _element(data, position)
    dn = data[start:position].decode()
    attributes: dict[str, tuple[bytes, ...]] = {}
    _, position, end = _element(data, position)
    while position < end:
        _, position, following = _element(data, position)
        _, name_start, name_end = _element(data, position)
        _, start, stop = _element(data, name_end)
        attributes[data[name_start:name_end].decode()] = _values(data, start, stop)
        position = following
    return StandingEntry(dn, attributes)


def _values(data: bytes, position: int, end: int) -> tuple[bytes, ...]:
    values = []
    while position < end:
        size = data[position + 1]
        if size < 0x80:  # noqa: PLR2004  # inlined: most values are short, and there are millions
            start, position = position + 2, position + 2 + size
        else:
            _, start, position = _element(data, position)
        values.append(data[start:position])
    return tuple(values)


def _result(data: bytes, position: int, end: int, controls: dict[str, bytes]) -> Result:
    _, start, position = _element(data, position)
    code = int.from_bytes(data[start:position], "big")
    _, start, position = _element(data, position)
    matched_dn = data[start:position].decode()
    _, start, position = _element(data, position)
    diagnostic = data[start:position].decode(errors="replace")
    value = None
    while position < end:
        tag, start, position = _element(data, position)
        if tag == EXTENDED_VALUE:
            value = data[start:position]
    return Result(code, matched_dn, diagnostic, value, controls)


def _controls(data: bytes, position: int, end: int) -> dict[str, bytes]:
    """Values by object identifier."""
    found: dict[str, bytes] = {}
    if position >= end or data[position] != CONTROLS:
        return found
    _, position, end = _element(data, position)
    while position < end:
        _, position, following = _element(data, position)
        _, start, position = _element(data, position)
        oid, value = data[start:position].decode(), b""
        while position < following:
            tag, start, position = _element(data, position)
            if tag == OCTET_STRING:
                value = data[start:position]
        found[oid] = value
    return found


def paging_cookie(value: bytes) -> bytes:
    """Of the simple paged results control (RFC 2696); empty after the last page."""
    _, position, _ = _element(value, 0)
    _, _, position = _element(value, position)
    _, start, end = _element(value, position)
    return value[start:end]
