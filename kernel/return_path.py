"""Where mail of ours comes back to when it cannot be delivered: an address for each single mail.

Its local part names what was sent and a keyed hash of that, so that nobody but the servers on the
way of a mail can say that it failed. Letters are of one case, since some servers change it.
"""

import base64
import enum
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from kernel.encryption import KeyRing

PURPOSE = "return path of a mail"
MAC_BYTES = 10
ID_LETTERS, MAC_LETTERS = 26, 16
LONGEST_LOCAL_PART = 64 - len("+") - 1 - ID_LETTERS - MAC_LETTERS
"""RFC 5321 section 4.5.3.1.1 allows 64 octets with our extension."""
EXTENSION = re.compile(rf"([a-z])([a-z2-7]{{{ID_LETTERS}}})([a-z2-7]{{{MAC_LETTERS}}})")


class MailKind(enum.StrEnum):
    """One letter, as it stands in the address."""

    NOTICE = "n"
    PASSWORD_RESET = "r"  # noqa: S105  # a letter


@dataclass(frozen=True, slots=True)
class MailReference:
    """What a mail was about: enough to find its row again."""

    kind: MailKind
    id: UUID


class ReturnPath:
    def __init__(self, ring: KeyRing, address: str) -> None:
        """The address without extension, such as congvu-bounce@backan.gov.vn."""
        self._ring = ring
        self._local_part, _, self._domain = address.rpartition("@")

    def address_of(self, mail: MailReference) -> str:
        name = _letters(mail.id.bytes)
        return f"{self._local_part}+{mail.kind}{name}{self._mac(mail)}@{self._domain}"

    def read(self, address: str) -> MailReference | None:
        """What came back; None for an address that we never made."""
        extension = address.lower().rpartition("@")[0].partition("+")[2]
        found = EXTENSION.fullmatch(extension)
        if found is None or found[1] not in set(MailKind):
            return None
        mail = MailReference(MailKind(found[1]), _id_of(found[2]))
        if _letters(mail.id.bytes) != found[2]:
            return None  # the last letter has bits that no id needs
        return mail if hmac.compare_digest(self._mac(mail), found[3]) else None

    def _mac(self, mail: MailReference) -> str:
        return _letters(self._ring.index(f"{mail.kind}{mail.id}", PURPOSE)[:MAC_BYTES])


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _id_of(letters: str) -> UUID:
    return UUID(bytes=base64.b32decode(f"{letters.upper()}======"))
