"""Who in the registry a row is about: citizen number first, then staff number, never a name.

A name with birth date and organisation only proposes somebody; a person confirms. 38 % of 7,000
people share their full name with another one.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from identity.hr_import.columns import BIRTH, NAME, NUMBERS, Column
from identity.hr_import.fields import PersonFields
from identity.hr_import.file_claims import claim_name
from identity.hr_import.registered import Registered, RegisteredPeople
from identity.people.citizen_numbers import CitizenNumbers
from kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Match:
    registered: Registered


@dataclass(frozen=True, slots=True)
class Mismatch:
    reason: str
    column: str
    message: Message
    proposed: tuple[UUID, ...] = ()
    """Those who were proposed, where somebody has to say who it is."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """What would tell who it is could not be read."""


class Matcher:
    def __init__(
        self,
        people: RegisteredPeople,
        numbers: CitizenNumbers,
        confirmed: Mapping[int, UUID | None],
    ) -> None:
        self._people = people
        self._numbers = numbers
        self._confirmed = confirmed

    @property
    def confirmed_people(self) -> list[UUID]:
        return [person_id for person_id in self._confirmed.values() if person_id is not None]

    def match(
        self,
        position: int,
        fields: PersonFields,
        organisation_id: UUID | None,
        unread: AbstractSet[Column] = frozenset(),
    ) -> Match | Mismatch | Unsure | None:
        """None when the row is about somebody new. Nothing is concluded from what was not read."""
        by_citizen = self._with_citizen_number(fields)
        by_staff = self._with_staff_number(fields)
        if by_citizen and by_staff and by_citizen is not by_staff:
            return _conflict("staff_number")
        if by_citizen:
            return self._plausible(by_citizen, fields, "citizen_number", unread)
        if by_staff:
            return self._staff_match(by_staff, fields, unread)
        if organisation_id is None or unread & (NAME | BIRTH | NUMBERS):
            return Unsure()
        return self._proposed(position, fields, organisation_id)

    def _with_citizen_number(self, fields: PersonFields) -> Registered | None:
        if fields.citizen_number is None:
            return None
        return self._people.with_citizen_index(self._numbers.index(fields.citizen_number))

    def _with_staff_number(self, fields: PersonFields) -> Registered | None:
        if fields.staff_number is None:
            return None
        return self._people.with_staff_number(fields.staff_number)

    def _staff_match(
        self, found: Registered, fields: PersonFields, unread: AbstractSet[Column]
    ) -> Match | Mismatch | Unsure:
        """The staff number is known, the citizen number, if the row has one, is not."""
        if fields.citizen_number and found.person.citizen_number_index is not None:
            return _conflict("staff_number")
        return self._plausible(found, fields, "staff_number", unread)

    def _plausible(
        self, found: Registered, fields: PersonFields, column: str, unread: AbstractSet[Column]
    ) -> Match | Mismatch | Unsure:
        """A corrected name or birth date is a change; both at once are another person.

        A row that states no birth date has only its name to agree with.
        """
        person = found.person
        same_name = claim_name(fields.name) == person.search_key
        same_birth = fields.birth_date is not None and fields.birth_date == person.birth_date
        if same_name or same_birth:
            return Match(found)
        return Unsure() if unread & (NAME | BIRTH) else _conflict(column)

    def _proposed(
        self, position: int, fields: PersonFields, organisation_id: UUID
    ) -> Match | Mismatch | None:
        candidates = [
            found
            for found in self._people.named(claim_name(fields.name), fields.birth_date)
            if found.appointment_in(organisation_id) is not None
            and not self._is_certainly_another(found, fields)
        ]
        if position in self._confirmed:
            return self._answered(self._confirmed[position], candidates)
        return _question(candidates) if candidates else None

    def _answered(
        self, answer: UUID | None, candidates: list[Registered]
    ) -> Match | Mismatch | None:
        """Only somebody who was proposed can be confirmed: a wrong id must not reach a stranger."""
        if answer is None:
            return None
        for found in candidates:
            if found.person.id == answer:
                return Match(found)
        message = Message(
            "Người được xác nhận không nằm trong số người được đề xuất cho dòng này.",
            "The person confirmed is none of those proposed for this row.",
        )
        return Mismatch("match_unknown", "full_name", message)

    def _is_certainly_another(self, found: Registered, fields: PersonFields) -> bool:
        """Two citizen numbers are two people, whatever else agrees."""
        return fields.citizen_number is not None and found.person.citizen_number_index is not None


def _conflict(column: str) -> Mismatch:
    vi = "Số hiệu" if column == "staff_number" else "Số CCCD"
    en = "staff number" if column == "staff_number" else "citizen number"
    return Mismatch(
        f"{column}_conflict",
        column,
        Message(
            f"{vi} này đã đăng ký cho người khác.",
            f"This {en} is registered for somebody else.",
        ),
    )


def _question(candidates: list[Registered]) -> Mismatch:
    people = "; ".join(
        f"{found.person.full_name}, {found.person.staff_number or '-'}, {found.person.id}"
        for found in candidates
    )
    return Mismatch(
        "match_needs_confirmation",
        "full_name",
        Message(
            f"Có thể là người đã đăng ký; hãy xác nhận: {people}.",
            f"Perhaps somebody registered already; please confirm: {people}.",
        ),
        tuple(found.person.id for found in candidates),
    )
