"""What moved a rate: the change between two periods as a sum of what its parts contributed.

With numerator a and denominator s of each part, A and S those of the whole and M the mean of both
rates of the whole, a part contributes (a₁ − M·s₁)/S₁ − (a₀ − M·s₀)/S₀. Whatever M is, these add
up to A₁/S₁ − A₀/S₀; with the mean neither period is the measure of the other, and a part that is
as good as the whole contributes nothing by growing. Counted in fractions, so nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mail_admin.rate.report import Parts, sum_of

NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Contribution:
    """Of one part, in shares of 1."""

    before: Parts
    now: Parts
    by_rate: Fraction
    """Because its mailboxes were used more or less."""
    by_weight: Fraction
    """Because it has more or fewer of the mailboxes, being better or worse than the whole."""

    @property
    def total(self) -> Fraction:
        return self.by_rate + self.by_weight


def contributions(before: Sequence[Parts], now: Sequence[Parts]) -> Sequence[Contribution] | None:
    """One for each part, in their order; None where one of the periods has no rate."""
    whole_before, whole_now = sum_of(before), sum_of(now)
    if not whole_before[1] or not whole_now[1]:
        return None
    middle = (Fraction(*whole_before) + Fraction(*whole_now)) / 2
    return [
        _contribution(was, is_now, (whole_before[1], whole_now[1]), middle)
        for was, is_now in zip(before, now, strict=True)
    ]


def _contribution(
    before: Parts, now: Parts, wholes: tuple[int, int], middle: Fraction
) -> Contribution:
    weight_before, weight_now = Fraction(before[1], wholes[0]), Fraction(now[1], wholes[1])
    share_before, share_now = Fraction(before[0], wholes[0]), Fraction(now[0], wholes[1])
    total = (share_now - middle * weight_now) - (share_before - middle * weight_before)
    by_rate = NONE
    if before[1] and now[1]:
        change = Fraction(*now) - Fraction(*before)
        by_rate = (weight_before + weight_now) / 2 * change
    return Contribution(before, now, by_rate, total - by_rate)
