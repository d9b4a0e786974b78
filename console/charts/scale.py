"""From values to places on the drawing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

STEPS = (0.05, 0.1, 0.2, 0.25)
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Scale:
    """`low` stands at `start`, `high` at `end`; what lies outside stands at the nearer one."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        if self.high == self.low:
            return self.start
        share = (value - self.low) / (self.high - self.low)
        place = self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)
        return round(place, 1)


def shares_between(values: Iterable[float]) -> tuple[float, float, list[float]]:
    """Lowest and highest share of an axis that shows these, and where its lines are.

    The axis ends at 100 %; it begins at 0 only where something is that low, so that what happens
    near the target can be seen.
    """
    lowest = min(values, default=0.0)
    for step in STEPS:
        low = max(0.0, math.floor(round(lowest / step, 6)) * step - step)
        count = round((1 - low) / step)
        if count <= MOST_TICKS:
            return (
                round(low, 2),
                1.0,
                [round(low + step * number, 2) for number in range(count + 1)],
            )
    return 0.0, 1.0, [0.0, 0.25, 0.5, 0.75, 1.0]
