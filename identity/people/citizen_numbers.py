"""Citizen numbers: encrypted at rest, found by keyed hash, shown only masked."""

import re
from uuid import UUID

from identity.people.errors import CitizenNumberInvalid
from kernel.encryption import KeyRing

TWELVE_DIGITS = re.compile(r"[0-9]{12}")
PURPOSE = "citizen-number"


class CitizenNumbers:
    """Seals a citizen number to its person and indexes it for equality search."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def seal(self, person_id: UUID, number: str) -> bytes:
        """Raises CitizenNumberInvalid."""
        if not TWELVE_DIGITS.fullmatch(number):
            raise CitizenNumberInvalid
        return self._keys.seal(number.encode(), f"{PURPOSE}:{person_id}")

    def open(self, person_id: UUID, sealed: bytes) -> str:
        """Raises Unsealable."""
        return self._keys.open(sealed, f"{PURPOSE}:{person_id}").decode()

    def is_sealed_with_active_key(self, sealed: bytes) -> bool:
        return self._keys.is_sealed_with_active_key(sealed)

    def index(self, number: str) -> bytes:
        return self._keys.index(number, PURPOSE)


def mask(number: str) -> str:
    """`006170581395` becomes `006•••••1395`: enough to compare with a card, too little to use."""
    return f"{number[:3]}•••••{number[-4:]}"
