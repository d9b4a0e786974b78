"""Numbers that earlier rows of the same file have used: duplicates and conflicts."""

from dataclasses import dataclass, replace
from datetime import date

from identity.names.full_name import FullName
from identity.names.text import search_key
from kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Claim:
    """Who an earlier row is about, and where and as what it puts them."""

    row: int
    position: int
    name: str
    birth_date: date | None
    staff_number: str | None
    citizen_number: str | None
    organisation: str
    """Where the row puts them; another organisation may be a concurrent appointment."""
    accepted: bool

    @property
    def has_number(self) -> bool:
        return bool(self.staff_number or self.citizen_number)

    @property
    def bare(self) -> tuple[object, ...]:
        return (self.name, self.birth_date, self.organisation)

    def refused(self) -> "Claim":
        return replace(self, accepted=False)

    def is_same_person(self, other: "Claim") -> bool:
        """Nothing that both rows state may differ."""
        pairs: tuple[tuple[object, object], ...] = (
            (self.name, other.name),
            (self.birth_date, other.birth_date),
            (self.staff_number, other.staff_number),
            (self.citizen_number, other.citizen_number),
        )
        return all(mine == theirs for mine, theirs in pairs if mine and theirs)


@dataclass(frozen=True, slots=True)
class Clash:
    """An earlier row that uses a number of this one."""

    earlier: Claim
    column: str
    same_person: bool

    @property
    def reason(self) -> str:
        return f"{self.column}_conflict"

    @property
    def message(self) -> Message:
        what_vi = "Số hiệu" if self.column == "staff_number" else "Số CCCD"
        what_en = "staff number" if self.column == "staff_number" else "citizen number"
        return Message(
            f"{what_vi} này đã dùng ở dòng {self.earlier.row} cho người khác.",
            f"Row {self.earlier.row} uses this {what_en} for somebody else.",
        )


class FileClaims:
    """Rows are shown in their order; each is compared with the first that used a number of it."""

    def __init__(self) -> None:
        self._by_staff_number: dict[str, Claim] = {}
        self._by_citizen_number: dict[str, Claim] = {}
        self._by_name: dict[tuple[object, ...], Claim] = {}
        """Rows without any number, as in request forms: only a full repetition is one."""

    def find_clash(self, claim: Claim) -> Clash | None:
        """Another identity goes before the same one: that is the graver finding."""
        found = []
        if claim.staff_number and (earlier := self._by_staff_number.get(claim.staff_number)):
            found.append(Clash(earlier, "staff_number", claim.is_same_person(earlier)))
        if claim.citizen_number and (earlier := self._by_citizen_number.get(claim.citizen_number)):
            found.append(Clash(earlier, "citizen_number", claim.is_same_person(earlier)))
        if not claim.has_number and (earlier := self._by_name.get(claim.bare)):
            found.append(Clash(earlier, "full_name", same_person=True))
        return min(found, key=lambda clash: clash.same_person, default=None)

    def add(self, claim: Claim) -> None:
        """An accepted row takes over from a refused one of the same person."""
        for number, claims in (
            (claim.staff_number, self._by_staff_number),
            (claim.citizen_number, self._by_citizen_number),
        ):
            if number and (number not in claims or not claims[number].accepted):
                claims[number] = claim
        if not claim.has_number:
            self._by_name.setdefault(claim.bare, claim)


def claim_name(name: FullName | None) -> str:
    """Names compare without tone marks: Hoà and Hòa are spellings of one name."""
    return search_key(name.full) if name else ""
