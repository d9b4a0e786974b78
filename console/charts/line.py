"""A line of shares over months with the target across it; months without figures are gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from console.charts.scale import Scale, shares_between

LEFT, RIGHT, TOP, BOTTOM = 48.0, 56.0, 16.0, 28.0
"""Room for the numbers of the axis, for those of the end, and for the names of the months."""
LABEL_WIDTH = 58.0
ROOM = 9.0
"""Between the label of the last value and that of the target."""


@dataclass(frozen=True, slots=True)
class Point:
    label: str
    value: float | None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    point: Point
    is_under: bool


@dataclass(frozen=True)
class LineChart:
    points: Sequence[Point]
    target: float
    width: float = 680.0
    height: float = 250.0

    @property
    def _values(self) -> list[float]:
        return [point.value for point in self.points if point.value is not None]

    @cached_property
    def _axis(self) -> tuple[float, float, list[float]]:
        return shares_between([*self._values, self.target])

    @property
    def _y(self) -> Scale:
        low, high, _ = self._axis
        return Scale(low, high, self.height - BOTTOM, TOP)

    @property
    def _x(self) -> Scale:
        return Scale(0, max(len(self.points) - 1, 1), self.left, self.right)

    @property
    def left(self) -> float:
        return LEFT

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def bottom(self) -> float:
        return self.height - BOTTOM

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """Share and place of each line across."""
        return [(share, self._y.at(share)) for share in self._axis[2]]

    @property
    def target_y(self) -> float:
        return self._y.at(self.target)

    @cached_property
    def dots(self) -> list[Dot]:
        return [
            Dot(self._x.at(number), self._y.at(point.value), point, point.value < self.target)
            for number, point in enumerate(self.points)
            if point.value is not None
        ]

    @property
    def paths(self) -> list[str]:
        """What is drawn through, as SVG paths: one for each run of months without a gap."""
        runs: list[list[Dot]] = []
        dots = iter(self.dots)
        joined = False
        for point in self.points:
            if point.value is None:
                joined = False
                continue
            if not joined:
                runs.append([])
            runs[-1].append(next(dots))
            joined = True
        return [
            "M" + "L".join(f"{dot.x:g} {dot.y:g}" for dot in run) for run in runs if len(run) > 1
        ]

    @property
    def labels(self) -> list[tuple[float, str]]:
        """Names of the months that have room, the last one always among them."""
        count = len(self.points)
        room = max(int((self.right - self.left) // LABEL_WIDTH), 1)
        every = -(-count // room) if count else 1
        return [
            (self._x.at(number), point.label)
            for number, point in enumerate(self.points)
            if (count - 1 - number) % every == 0
        ]

    @property
    def target_label_y(self) -> float:
        """Beside the line, out of the way of the last value."""
        last = self.last
        if last is None or abs(last.y - self.target_y) >= 2 * ROOM:
            return self.target_y
        return self.target_y + (2 * ROOM - abs(last.y - self.target_y)) * (
            1 if last.y <= self.target_y else -1
        )

    @property
    def last(self) -> Dot | None:
        """The latest value, if it is that of the last month."""
        if not self.dots or self.points[-1].value is None:
            return None
        return self.dots[-1]
