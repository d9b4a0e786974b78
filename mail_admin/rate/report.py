"""Figures of a period put together for readers: rates, comparisons, own and with all below."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import lcm
from operator import add
from uuid import UUID

from identity.accounts.models import AccountKind
from kernel.messages import Message
from mail_admin.rate.branch import Organisations
from mail_admin.rate.definition import formula
from mail_admin.rate.measures import AT_THE_END, MEASURES, Measures
from mail_admin.rate.periods import Period, Window
from mail_admin.rate.queries import KeptFigures, KeptWindow, Vector
from mail_admin.rate.settings import ServiceRule, UsageRateSettings
from mail_admin.rate.tree import Node

WHOLE = lcm(28, 29, 30, 31)
"""What a mailbox in service for a whole window weighs, so that shares of days are whole numbers."""
Parts = tuple[int, int]
PLACE = {name: place for place, name in enumerate(MEASURES)}
ENDING = frozenset(PLACE[name] for name in AT_THE_END)


class Scope(enum.StrEnum):
    BOTH = "both"
    PERSONS = "persons"
    ORGANISATIONS = "organisations"
    """Mailboxes of organisations."""


KINDS_OF_SCOPE = {
    Scope.BOTH: (AccountKind.PERSONAL, AccountKind.ORGANISATION),
    Scope.PERSONS: (AccountKind.PERSONAL,),
    Scope.ORGANISATIONS: (AccountKind.ORGANISATION,),
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """An organisation as it was at the end of the period."""

    node: Node
    own: Measures
    """Of mailboxes that are its own."""
    all: Measures
    """With those of everything below it."""
    rate: float | None
    """With everything below; weighted by mailboxes and months. None without a denominator."""
    own_rate: float | None
    average_monthly: float | None
    """Plain mean of the rates of the months."""
    previous_rate: float | None
    """Of the period before; None where there is none."""

    @property
    def change(self) -> float | None:
        if self.rate is None or self.previous_rate is None:
            return None
        return self.rate - self.previous_rate

    @property
    def active_of_issued(self) -> float | None:
        return share(self.all.active, self.all.issued)

    @property
    def issued_rate(self) -> float | None:
        """Accounts of officials ÷ officials on the rolls."""
        return share(self.all.officials_with_account, self.all.officials)

    def is_under(self, target: float) -> bool:
        return self.rate is not None and self.rate < target


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Vectors:
    """Own and rolled-up vectors of one window for one scope, by organisation."""

    def __init__(self, figures: KeptFigures, scope: Scope) -> None:
        kinds = KINDS_OF_SCOPE[scope]
        self.kept = figures.kept
        self._members = figures.members
        self._nothing: Vector = (0,) * len(figures.members)
        self._own = _together([figures.own.get(kind, {}) for kind in kinds])
        self._all = _together([figures.all.get(kind, {}) for kind in kinds])
        sums = [figures.sums.get(kind, self._nothing) for kind in kinds]
        self.total: Vector = [*map(sum, zip(*sums, strict=True))]

    def own(self, node: Node) -> Vector:
        return self._own.get(node.id, self._nothing)

    def all(self, node: Node) -> Vector:
        return self._all.get(node.id, self._nothing)

    def parts(self, vector: Vector) -> Parts:
        """Numerator and denominator of the rate, in mailboxes times a constant."""
        part, whole, weight = self._weighing
        return vector[part] * weight, vector[whole] * weight

    @cached_property
    def _weighing(self) -> tuple[int, int, int]:
        place = {name: number for number, name in enumerate(self._members)}
        if self.kept.settings.service_rule is ServiceRule.THRESHOLD:
            return place["active"], place["in_service"], WHOLE
        weight = WHOLE // self.kept.window.days
        return place["active_service_days"], place["service_days"], weight


def _together(sources: Sequence[Mapping[UUID, Vector]]) -> Mapping[UUID, Vector]:
    if len(sources) == 1:
        return sources[0]
    one, other = sources
    found = dict(one)
    for place, vector in other.items():
        present = found.get(place)
        found[place] = vector if present is None else list(map(add, present, vector))
    return found


def sum_of(parts: Sequence[Parts]) -> Parts:
    return sum(part for part, _ in parts), sum(whole for _, whole in parts)


def rate_of(parts: Sequence[Parts]) -> float | None:
    """Weighted: all numerators over all denominators."""
    part, whole = sum_of(parts)
    return part / whole if whole else None


def mean_of(parts: Sequence[Parts]) -> float | None:
    """Plain mean of the rates that exist."""
    rates = [numerator / denominator for numerator, denominator in parts if denominator]
    return sum(rates) / len(rates) if rates else None


class Report:
    """A period over the windows that have figures; the tree is that of the last one."""

    def __init__(
        self,
        period: Period,
        organisations: Organisations,
        kept: Sequence[KeptFigures],
        before: Sequence[KeptFigures] = (),
        scope: Scope = Scope.BOTH,
    ) -> None:
        self.period = period
        self.organisations = organisations
        self.scope = scope
        self._kept = kept
        self._kept_before = before
        self._vectors = [Vectors(window, scope) for window in kept]
        self._before = [Vectors(window, scope) for window in before]

    def of_scope(self, scope: Scope) -> "Report":
        """The same period for mailboxes of other kinds."""
        if scope is self.scope:
            return self
        return Report(self.period, self.organisations, self._kept, self._kept_before, scope)

    @property
    def last(self) -> KeptWindow:
        return self._vectors[-1].kept

    @property
    def settings(self) -> UsageRateSettings:
        return self.last.settings

    @property
    def formula(self) -> Message:
        return formula(self.settings)

    @property
    def target(self) -> float:
        return self.settings.target

    @property
    def windows(self) -> list[Window]:
        return [vectors.kept.window for vectors in self._vectors]

    @property
    def missing(self) -> list[Window]:
        """Windows of the period without figures: before the first event, or still to come."""
        found = set(self.windows)
        return [window for window in self.period.windows if window not in found]

    @property
    def is_over(self) -> bool:
        return self.windows[-1] == self.period.windows[-1] and self.last.is_over

    @property
    def is_closed(self) -> bool:
        return all(vectors.kept.closed_at is not None for vectors in self._vectors)

    @property
    def computed_at(self) -> datetime:
        return min(vectors.kept.computed_at for vectors in self._vectors)

    @property
    def confirmed_at(self) -> datetime:
        return self.last.closed_at or self.last.confirmed_at

    @cached_property
    def rows(self) -> list[ReportRow]:
        """Of the branch, in reading order."""
        return [self._row(node) for node in self.organisations.nodes]

    @cached_property
    def unplaced(self) -> ReportRow | None:
        """What belongs to no organisation; whatever the branch is, as the total."""
        node = self.organisations.unplaced
        return None if node is None else self._row(node)

    @cached_property
    def total(self) -> Measures:
        """Of everything: the sum over all organisations and what belongs to none."""
        return _over_time([vectors.total for vectors in self._vectors])

    @property
    def total_rate(self) -> float | None:
        return rate_of(self._total_parts(self._vectors))

    @property
    def total_average_monthly(self) -> float | None:
        return mean_of(self._total_parts(self._vectors))

    @property
    def total_previous_rate(self) -> float | None:
        return rate_of(self._total_parts(self._before))

    @property
    def monthly(self) -> list[tuple[Window, float | None]]:
        parts = self._total_parts(self._vectors)
        return [(window, rate_of([part])) for window, part in zip(self.windows, parts, strict=True)]

    @property
    def total_parts(self) -> Parts:
        return sum_of(self._total_parts(self._vectors))

    @property
    def total_parts_before(self) -> Parts:
        return sum_of(self._total_parts(self._before))

    def parts_of(self, node: Node) -> Parts:
        """Of the rate of an organisation with everything below it."""
        return sum_of([vectors.parts(vectors.all(node)) for vectors in self._vectors])

    def parts_before_of(self, node: Node) -> Parts:
        """As its branch was then."""
        return sum_of([vectors.parts(vectors.all(node)) for vectors in self._before])

    def own_parts_of(self, node: Node) -> Parts:
        return sum_of([vectors.parts(vectors.own(node)) for vectors in self._vectors])

    @property
    def windows_before(self) -> list[KeptWindow]:
        """Those of the period before that have figures."""
        return [vectors.kept for vectors in self._before]

    def _total_parts(self, vectors: Sequence[Vectors]) -> list[Parts]:
        return [one.parts(one.total) for one in vectors]

    def _row(self, node: Node) -> ReportRow:
        parts = [vectors.parts(vectors.all(node)) for vectors in self._vectors]
        return ReportRow(
            node=node,
            own=_over_time([vectors.own(node) for vectors in self._vectors]),
            all=_over_time([vectors.all(node) for vectors in self._vectors]),
            rate=rate_of(parts),
            own_rate=rate_of([vectors.parts(vectors.own(node)) for vectors in self._vectors]),
            average_monthly=mean_of(parts),
            previous_rate=rate_of([vectors.parts(vectors.all(node)) for vectors in self._before]),
        )


def _over_time(vectors: Sequence[Vector]) -> Measures:
    """Added up, but for what is a state at the end."""
    if len(vectors) == 1:
        return Measures(*vectors[0])
    added, last = [*map(sum, zip(*vectors, strict=True))], vectors[-1]
    for place in ENDING:
        added[place] = last[place]
    return Measures(*added)
