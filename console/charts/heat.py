"""Tones of a heat map: how far a share is from the target. The number stands in the field too."""

import itertools

STEPS = (-0.3, -0.15, -0.05, 0.0, 0.05)
"""Distance from the target, in shares of 1, at which the next tone begins; from 0 on it is met."""
MET = STEPS.index(0.0) + 1
ROUNDED = 9


def tone(share: float | None, target: float) -> int | None:
    """0 for far below the target, up to 5 for well above it; None without a share."""
    if share is None:
        return None
    distance = round(share - target, ROUNDED)
    return sum(distance >= step for step in STEPS)


def legend(target: float) -> list[tuple[int, float | None, float | None]]:
    """Each tone with the shares from which and up to which it is used, of those that can be."""
    edges = [None, *(round(target + step, ROUNDED) for step in STEPS), None]
    found = []
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        if (high is None or high > 0) and (low is None or low < 1 or number == MET):
            found.append((number, low, high))
    return found
