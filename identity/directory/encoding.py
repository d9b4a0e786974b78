"""LDAP requests in the Basic Encoding Rules, restricted as RFC 4511 section 5.1 restricts them.

ldap3 encodes through pyasn1, which takes about 600 µs an entry; slapd needs 50 µs to store it.
An operation is encoded once and may be sent in several messages: alone, in a transaction, again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

BOOLEAN, INTEGER, OCTET_STRING, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31
MODIFY, ADD, DELETE, MODIFY_DN, SEARCH, EXTENDED = 0x66, 0x68, 0x4A, 0x6C, 0x63, 0x77
"""Tags of the requests in LDAPMessage.protocolOp (section 4.2 and on)."""
CONTROLS = 0xA0

TRUE, FALSE = b"\x01\x01\xff", b"\x01\x01\x00"
_SHORT_LENGTHS = [bytes((size,)) for size in range(128)]
_SHORT_STRINGS = [bytes((OCTET_STRING, size)) for size in range(128)]


class Scope(IntEnum):
    ENTRY = 0
    CHILDREN = 1
    SUBTREE = 2


class Alteration(IntEnum):
    """What a modification does with the values it carries (section 4.6)."""

    ADD = 0
    DELETE = 1
    REPLACE = 2


@dataclass(frozen=True, slots=True)
class Modification:
    alteration: Alteration
    attribute: str
    values: Sequence[bytes]


def tagged(tag: int, content: bytes) -> bytes:
    """One element: tag, definite length, content."""
    return bytes((tag,)) + _length(len(content)) + content


def octets(value: bytes) -> bytes:
    size = len(value)
    if size < 128:  # noqa: PLR2004  # section 8.1.3.4 of X.690: the short form
        return _SHORT_STRINGS[size] + value
    return b"\x04" + _length(size) + value


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Not negative: message ids, sizes and enumerations are all that LDAP needs."""
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return tagged(tag, content)


def _length(size: int) -> bytes:
    if size < 128:  # noqa: PLR2004  # the short form
        return _SHORT_LENGTHS[size]
    content = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(content),)) + content


def message(message_id: int, operation: bytes, controls: bytes = b"") -> bytes:
    """LDAPMessage (section 4.1.1); `controls` as `control_list` gives them."""
    return tagged(SEQUENCE, integer(message_id) + operation + controls)


def control(oid: str, value: bytes | None = None, *, critical: bool = True) -> bytes:
    content = octets(oid.encode()) + (TRUE if critical else b"")
    return tagged(SEQUENCE, content if value is None else content + octets(value))


def control_list(*controls: bytes) -> bytes:
    return tagged(CONTROLS, b"".join(controls)) if controls else b""


def add_request(dn: str, attributes: Iterable[tuple[str, Sequence[bytes]]]) -> bytes:
    """Section 4.7. Every attribute needs at least one value."""
    listed = tagged(SEQUENCE, b"".join([_attribute(name, values) for name, values in attributes]))
    return tagged(ADD, octets(dn.encode()) + listed)


def modify_request(dn: str, modifications: Iterable[Modification]) -> bytes:
    """Section 4.6. The modifications are done in this order, all or none."""
    changes = b"".join(
        tagged(
            SEQUENCE,
            integer(change.alteration, ENUMERATED) + _attribute(change.attribute, change.values),
        )
        for change in modifications
    )
    return tagged(MODIFY, octets(dn.encode()) + tagged(SEQUENCE, changes))


def modify_dn_request(dn: str, new_rdn: str, new_superior: str | None = None) -> bytes:
    """Section 4.9; the old naming value goes."""
    content = octets(dn.encode()) + octets(new_rdn.encode()) + TRUE
    if new_superior is not None:
        content += tagged(0x80, new_superior.encode())
    return tagged(MODIFY_DN, content)


def delete_request(dn: str) -> bytes:
    """Section 4.8."""
    return tagged(DELETE, dn.encode())


def extended_request(oid: str, value: bytes | None = None) -> bytes:
    """Section 4.12."""
    content = tagged(0x80, oid.encode())
    return tagged(EXTENDED, content if value is None else content + tagged(0x81, value))


def search_request(
    base: str, scope: Scope, condition: bytes, attributes: Iterable[str], time_limit_seconds: int
) -> bytes:
    """Section 4.5.1; aliases are never followed, since none of our entries is one."""
    return tagged(
        SEARCH,
        octets(base.encode())
        + integer(scope, ENUMERATED)
        + integer(0, ENUMERATED)
        + integer(0)
        + integer(time_limit_seconds)
        + FALSE
        + condition
        + tagged(SEQUENCE, b"".join(octets(name.encode()) for name in attributes)),
    )


def present(attribute: str) -> bytes:
    """A filter: the attribute has a value."""
    return tagged(0x87, attribute.encode())


def equals(attribute: str, value: bytes) -> bytes:
    """A filter. Nothing to escape: this is not the text form of RFC 4515."""
    return tagged(0xA3, octets(attribute.encode()) + octets(value))


def any_of(conditions: Iterable[bytes]) -> bytes:
    return tagged(0xA1, b"".join(conditions))


def _attribute(name: str, values: Sequence[bytes]) -> bytes:
    listed = (
        octets(values[0]) if len(values) == 1 else b"".join([octets(value) for value in values])
    )
    size = len(listed)
    encoded_name = _name(name)
    if size + len(encoded_name) < 126:  # noqa: PLR2004  # both lengths fit the short form
        whole = encoded_name + b"\x31" + _SHORT_LENGTHS[size] + listed
        return b"\x30" + _SHORT_LENGTHS[len(whole)] + whole
    return tagged(SEQUENCE, encoded_name + tagged(SET, listed))


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    return octets(name.encode())
