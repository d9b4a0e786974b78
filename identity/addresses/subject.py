"""For whom an address is chosen, and what the variables of a pattern (`Variable`) are for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import ClassVar

from identity.names.full_name import FullName
from identity.names.text import fold
from kernel.errors import Invalid


class AddressNameUnusable(Invalid):
    code: ClassVar[str] = "address-name-unusable"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Không thể tạo địa chỉ từ tên {name}: tên có chữ ngoài bảng chữ cái La-tinh.",
            f"No address can be made from {name}: it has letters outside the Latin alphabet.",
            place="full_name",
        )


@dataclass(frozen=True)
class PersonSubject:
    name: FullName
    org: str | None = None
    """Mail stem of the primary organisation."""
    parent_org: str | None = None
    birth_date: date | None = None
    citizen_number: str | None = field(default=None, repr=False)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """Variables that this person has. Raises AddressNameUnusable."""
        birth, citizen = self.birth_date, self.citizen_number
        known = {
            "org": self.org,
            "parent_org": self.parent_org,
            "birth_year": f"{birth.year:04}" if birth else None,
            "birth_month": f"{birth.month:02}" if birth else None,
            "citizen_last3": citizen[-3:] if citizen else None,
            "citizen_last4": citizen[-4:] if citizen else None,
        }
        return _name_values(self.name) | {name: value for name, value in known.items() if value}


@dataclass(frozen=True)
class OrganisationSubject:
    stem: str
    """Address stem of the account, such as `vanthu.stc`."""
    parent_org: str | None = None

    @cached_property
    def values(self) -> Mapping[str, str]:
        known = {"stem": self.stem, "parent_org": self.parent_org}
        return {name: value for name, value in known.items() if value}


def _name_values(name: FullName) -> dict[str, str]:
    family, middle = _words(name.family), _words(name.middle)
    full = _words(name.full)
    given = _words(name.given) or full  # a name that nobody has split
    initials = tuple(word[0] for word in family + middle)
    values = {
        "given": given,
        "family": family,
        "middle": middle,
        "full": full,
        "initials": initials,
        "family_initial": initials[: len(family)][:1],
        "middle_initials": initials[len(family) :],
    }
    joined: dict[str, str] = {variable: "".join(words) for variable, words in values.items()}
    if not (joined["full"].isascii() and joined["full"]):
        raise AddressNameUnusable(name.full)
    return joined


_NOT_IN_ADDRESSES = re.compile(r"[^\w ]|_")


@lru_cache(maxsize=16_384)  # the parts of names repeat
def _words(part: str | None) -> tuple[str, ...]:
    """Folded words; apostrophes and hyphens are dropped: "H'Mông" gives `hmong`."""
    return tuple(_NOT_IN_ADDRESSES.sub("", fold(part)).split()) if part else ()
