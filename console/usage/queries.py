"""The dashboard of the province or of one organisation, from kept figures only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from console.charts.bars import extent_of
from console.charts.heat import tone
from console.charts.line import LineChart, Point
from console.usage.filters import Order
from console.usage.wording import month_short
from mail_admin.rate import service
from mail_admin.rate.branch import Branch
from mail_admin.rate.history import MonthRates, monthly_rates, months_up_to
from mail_admin.rate.movement import Moved, Mover, movement
from mail_admin.rate.periods import Period, month_window
from mail_admin.rate.report import Report, ReportRow, Scope
from mail_admin.reports.selection import Overall, Selection

TREND_MONTHS = 24
NARROW_MONTHS = 12
"""What a telephone has room for."""
FEW = 5
"""At each end of the ranking."""
MOST_MOVERS = 8


@dataclass(frozen=True, slots=True)
class Movement:
    """The largest contributions, in the order of their size, and all others together."""

    change: float
    shown: Sequence[Moved]
    left_out: float
    left_out_count: int
    extent: float


@dataclass(frozen=True, slots=True)
class Overview:
    report: Report
    overall: Overall
    top: ReportRow | None
    """None for several tops beside each other."""
    rows: Sequence[ReportRow]
    """What is directly below, in reading order."""
    months: Sequence[MonthRates]
    """Of the trend; the rates are those of `rows`, in their order."""
    trend: Sequence[float | None]
    movement: Movement | None

    @property
    def chart(self) -> LineChart:
        return self._chart(TREND_MONTHS, 680)

    @property
    def narrow_chart(self) -> LineChart:
        return self._chart(NARROW_MONTHS, 360)

    def _chart(self, months: int, width: float) -> LineChart:
        points = [
            Point(month_short(month.window), rate, closed=month.closed_at is not None)
            for month, rate in zip(self.months, self.trend, strict=True)
        ]
        return LineChart(points[-months:], self.report.target, width)

    def ordered(self, order: Order) -> Sequence[ReportRow]:
        """Those without a rate last."""
        if order is Order.TREE:
            return self.rows
        value, sign = ORDERS[order]
        known = [row for row in self.rows if value(row) is not None]
        unknown = [row for row in self.rows if value(row) is None]
        return [*sorted(known, key=lambda row: sign * (value(row) or 0)), *unknown]

    @property
    def worst(self) -> Sequence[ReportRow]:
        return [row for row in self.ordered(Order.WORST) if row.rate is not None][:FEW]

    @property
    def best(self) -> Sequence[ReportRow]:
        return [row for row in self.ordered(Order.BEST) if row.rate is not None][:FEW]

    @property
    def is_ranked(self) -> bool:
        """With fewer the table says it all."""
        return sum(row.rate is not None for row in self.rows) > 2 * FEW

    def heat(self, span: int) -> "Heat":
        months = self.months[-span:]
        places = range(len(self.rows))
        return Heat(
            [month_short(month.window) for month in months],
            [
                (row, [_heat_of(month.rates[place], month.target) for month in months])
                for row, place in zip(self.rows, places, strict=True)
            ],
        )


Value = Callable[[ReportRow], float | None]
ORDERS: dict[Order, tuple[Value, int]] = {
    Order.WORST: (lambda row: row.rate, 1),
    Order.BEST: (lambda row: row.rate, -1),
    Order.DOWN: (lambda row: row.change, 1),
    Order.UP: (lambda row: row.change, -1),
}


@dataclass(frozen=True, slots=True)
class Heat:
    months: Sequence[str]
    rows: Sequence[tuple[ReportRow, Sequence[tuple[int, str] | None]]]
    """Of each organisation and month the tone and the rate in percent; None without a rate."""


def _heat_of(rate: float | None, target: float | None) -> tuple[int, str] | None:
    shade = None if target is None else tone(rate, target)
    if shade is None or rate is None:
        return None
    percent = round(100 * rate)
    return shade, "<1" if rate and not percent else str(percent)


def read_overview(session: Session, period: Period, scope: Scope, under: str | None) -> Overview:
    """Raises NoFigures, OrganisationNotInReport."""
    report = service.report(session, period, scope, Branch(under, levels=1))
    depth = min((row.node.depth for row in report.rows), default=0)
    tops = [row for row in report.rows if row.node.depth == depth]
    top = tops[0] if len(tops) == 1 else None
    rows = tops if top is None else [row for row in report.rows if row.node.depth > depth]
    nodes = [row.node for row in rows]
    windows = months_up_to(month_window(report.period.windows[-1].last_day), TREND_MONTHS)
    tracked = [*nodes] if top is None else [*nodes, top.node]
    months = monthly_rates(session, windows, tracked, scope)
    return Overview(
        report=report,
        overall=Selection(report).overall,
        top=top,
        rows=rows,
        months=months,
        trend=[month.total if under is None else month.rates[-1] for month in months],
        movement=_largest(movement(session, report, None if top is None else top.node, nodes)),
    )


def _largest(found: Sequence[Moved] | None) -> Movement | None:
    if found is None:
        return None
    moved = [one for one in found if one.mover is Mover.BELOW or one.contribution.total]
    moved.sort(key=lambda one: -abs(one.contribution.total))
    shown, others = moved[:MOST_MOVERS], moved[MOST_MOVERS:]
    left_out = float(sum(one.contribution.total for one in others))
    sizes = [float(one.contribution.total) for one in shown]
    return Movement(
        change=float(sum(one.contribution.total for one in found)),
        shown=shown,
        left_out=left_out,
        left_out_count=len(others),
        extent=extent_of([*sizes, left_out]),
    )
