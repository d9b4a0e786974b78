"""What a reading of usage is asked for: everything stands in the address."""

import enum
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query

from mail_admin.rate.errors import MonthInvalid
from mail_admin.rate.periods import Period, PeriodKind, Window, parse_month, period_of
from mail_admin.rate.report import Scope

PATH = "/quan-tri/su-dung"
SPANS = (12, 24)


class Order(enum.StrEnum):
    """Of the organisations in the table."""

    TREE = "tree"
    WORST = "worst"
    BEST = "best"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class UsageFilter:
    month: Window | None = None
    """None: the latest that has figures."""
    period: PeriodKind = PeriodKind.MONTH
    """The one of this kind that the month is in."""
    scope: Scope = Scope.BOTH
    under: str | None = None
    """Code of the organisation at the top; None for the province."""
    order: Order = Order.TREE
    span: int = SPANS[0]
    """Months of the heat map."""

    @property
    def wanted(self) -> Period:
        if self.month is None:
            raise ValueError("no month is chosen yet")
        return period_of(self.period, self.month.starts_on)

    def at(self, month: Window) -> "UsageFilter":
        return replace(self, month=month)

    def address(self, path: str = "", **changes: Any) -> str:
        """Of this reading with something changed; what is usual is left out."""
        return f"{PATH}{path}{self.query(**changes)}"

    def query(self, **changes: Any) -> str:
        return _query_of(replace(self, **changes) if changes else self)


@lru_cache(1024)
def _query_of(there: UsageFilter) -> str:
    usual = UsageFilter()
    values = {
        "month": there.month.label if there.month else None,
        "period": there.period.value if there.period is not usual.period else None,
        "scope": there.scope.value if there.scope is not usual.scope else None,
        "under": there.under,
        "order": there.order.value if there.order is not usual.order else None,
        "span": there.span if there.span != usual.span else None,
    }
    found = urlencode({name: value for name, value in values.items() if value})
    return f"?{found}" if found else ""


def usage_filter(
    month: Annotated[str, Query(max_length=20)] = "",
    period: Annotated[str, Query(max_length=20)] = "",
    scope: Annotated[str, Query(max_length=20)] = "",
    under: Annotated[str, Query(max_length=35)] = "",
    order: Annotated[str, Query(max_length=10)] = "",
    *,
    span: Annotated[str, Query(max_length=2)] = "",
) -> UsageFilter:
    """Values that no release knows change nothing."""
    return UsageFilter(
        month=month_of(month),
        period=PeriodKind(period) if period in set(PeriodKind) else PeriodKind.MONTH,
        scope=Scope(scope) if scope in set(Scope) else Scope.BOTH,
        under=under.strip() or None,
        order=Order(order) if order in set(Order) else Order.TREE,
        span=int(span) if span in {str(one) for one in SPANS} else SPANS[0],
    )


def month_of(text: str) -> Window | None:
    try:
        return parse_month(text)
    except MonthInvalid:
        return None
