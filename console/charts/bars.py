"""Bars of one row each: beside a number in a table, so that every bar has its words."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.charts.scale import Scale

WIDTH, HEIGHT = 120.0, 12.0
THINNEST = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """From the left up to a share, with a mark where the target is."""

    length: float
    mark: float
    is_under: bool
    width: float = WIDTH
    height: float = HEIGHT


def bar(share: float, target: float, width: float = WIDTH) -> Bar:
    scale = Scale(0, 1, 0, width)
    return Bar(scale.at(share), scale.at(target), share < target, width)


@dataclass(frozen=True, slots=True)
class Swing:
    """From the middle to the right for more, to the left for less."""

    x: float
    length: float
    is_less: bool
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def middle(self) -> float:
        return self.width / 2


def extent_of(values: Iterable[float]) -> float:
    """The one that takes half of the width."""
    return max((abs(value) for value in values), default=0.0)


def swing(value: float, extent: float, width: float = WIDTH) -> Swing:
    middle = width / 2
    length = Scale(0, extent, 0, middle).at(abs(value)) if extent else 0.0
    if value and length < THINNEST:
        length = THINNEST
    return Swing(round(middle - length, 1) if value < 0 else middle, length, value < 0, width)
