"""What is counted of mailboxes, in whole numbers that can be added up over organisations."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one organisation or of everything below it, over one window or several.

    Every member is a sum over mailboxes (or officials), so those of parts add up to those of the
    whole. docs/usage-rate.md says what each one means.
    """

    issued: int = 0
    """Mailboxes that existed on at least one day, whatever their status."""
    present: int = 0
    """Of these, not closed on the reference day."""
    in_service: int = 0
    """The denominator of `threshold`."""
    active: int = 0
    service_days: int = 0
    """The denominator of `pro_rata`."""
    active_service_days: int = 0
    """Days in service of active mailboxes."""
    locked: int = 0
    on_leave: int = 0
    never_activated: int = 0
    polling_only: int = 0
    """In service, not active, but a program signed in."""
    weekly_active: int = 0
    """Used within the seven days up to the reference day."""
    dormant_30: int = 0
    dormant_60: int = 0
    dormant_90: int = 0
    nearly_full: int = 0
    """Over 80 % of the quota."""
    sent: int = 0
    sent_outside: int = 0
    delivered: int = 0
    read: int = 0
    moved_in: int = 0
    moved_out: int = 0
    moved_within: int = 0
    """Moves whose two ends first meet here: neither in nor out, seen from here upwards."""
    officials: int = 0
    officials_with_account: int = 0

    @property
    def unused(self) -> int:
        return self.in_service - self.active

    @property
    def came(self) -> int:
        """Who moved in from outside of all that was added up."""
        return self.moved_in - self.moved_within

    @property
    def left(self) -> int:
        return self.moved_out - self.moved_within

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @classmethod
    def total(cls, parts: Iterable[Sequence[int]]) -> Self:
        """Of members as tuples, which are added several times as fast as objects."""
        columns = zip(*parts, strict=True)
        return cls(*map(sum, columns))


MEASURES = tuple(field.name for field in fields(Measures))
AT_THE_END = (
    "present",
    "locked",
    "on_leave",
    "never_activated",
    "weekly_active",
    "dormant_30",
    "dormant_60",
    "dormant_90",
    "nearly_full",
    "officials",
    "officials_with_account",
)
"""What is a state on a day: of several windows the last one's counts, the others are added."""
