"""Two or more providers under the same load in turn, so that a noisy machine is noisy to all."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.support.load import Load
from benchmarks.support.processes import Processes

Press = Callable[[float], Load]
"""Puts a load on a provider for so many seconds."""


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    press: Press
    processes: Processes
    """Everything that works for it, its database too."""
    tolerated: float = 0.0
    """Share of requests that may fail, of a peer whose store forgets when it is full."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often and how long."""

    count: int
    seconds: float
    warming_seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    rates: list[float]
    """Requests per second, one for each round."""
    median: float
    """Milliseconds, of the middle round, as is p99."""
    p99: float
    processor: float
    """Microseconds a request on all cores, with what is done after the answer."""
    total: int
    """Requests, with those of warming up."""
    failed: int

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def compare(sides: Sequence[Side], rounds: Rounds) -> list[Measured]:
    """In the order of the sides: all of them once, then again."""
    warming = [_one(side, rounds.warming_seconds)[0].requests for side in sides]
    loads: list[list[tuple[Load, float]]] = [[] for _ in sides]
    for _ in range(rounds.count):
        for side, own in zip(sides, loads, strict=True):
            own.append(_one(side, rounds.seconds))
    return [
        _middle(side.name, own, before)
        for side, own, before in zip(sides, loads, warming, strict=True)
    ]


def _one(side: Side, seconds: float) -> tuple[Load, float]:
    before = side.processes.seconds()
    load = _checked(side, side.press(seconds))
    side.processes.settle()  # work put off would be done at the cost of the next one
    return load, side.processes.seconds() - before


def _checked(side: Side, load: Load) -> Load:
    if load.failed > side.tolerated * load.requests or not load.requests:
        raise RuntimeError(f"{side.name}: {load.failed} of {load.requests} requests failed")
    return load


def _middle(name: str, rounds: list[tuple[Load, float]], before: int) -> Measured:
    load, processor = sorted(rounds, key=lambda one: one[0].rate)[(len(rounds) - 1) // 2]
    return Measured(
        name,
        rates=[one.rate for one, _ in rounds],
        median=load.median,
        p99=load.p99,
        processor=1e6 * processor / load.requests,
        total=before + sum(one.requests for one, _ in rounds),
        failed=sum(one.failed for one, _ in rounds),
    )
