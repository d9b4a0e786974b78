"""What templates of usage ask for besides figures: addresses behind numbers, bars beside them."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from babel.numbers import format_decimal

from console.charts.bars import Bar, Swing, bar, swing
from console.usage.filters import PATH, UsageFilter
from mail_admin.rate.movement import Moved
from mail_admin.rate.periods import PeriodKind
from mail_admin.rate.report import Parts, Report, ReportRow
from mail_admin.rate.tree import Node

ROUNDED = 2


@dataclass(frozen=True, slots=True)
class View:
    wanted: UsageFilter
    report: Report

    def bar(self, share: float) -> Bar:
        return bar(share, self.report.target)

    def swing(self, value: float, extent: float) -> Swing:
        return swing(float(value), extent)

    def dashboard(self, node: Node) -> str | None:
        """None for one without a code, by which it would be looked for."""
        return self.wanted.address(under=node.code) if node.code else None

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """The line that leads here, below the province as a whole."""
        above = self.report.organisations.above
        return [(node.name, self.wanted.address(under=node.code)) for node in above if node.code]

    def mailboxes(self, row: ReportRow | None, state: str, *, below: bool = True) -> str | None:
        """The list behind a number; sums over several months have none."""
        if row is None or self.wanted.period is not PeriodKind.MONTH or not row.node.code:
            return None
        return mailboxes_address(self.wanted, row.node.code, state, below=below)

    def reasons(self, row: ReportRow | None) -> str | None:
        if row is None or self.wanted.period is not PeriodKind.MONTH or not row.node.code:
            return None
        return self.wanted.address("/bien-dong", under=row.node.code)

    def was(self, moved: Moved) -> float | None:
        return _rate(moved.contribution.before)

    def is_now(self, moved: Moved) -> float | None:
        return _rate(moved.contribution.now)

    def points(self, value: float, language: str) -> str:
        """Contributions are small: two places, so that their sum can be seen."""
        return _points(float(value), language)


@lru_cache(1024)
def _points(value: float, language: str) -> str:
    rounded = round(100 * value, ROUNDED) + 0.0
    return str(format_decimal(rounded, "+#,##0.00;−#,##0.00", locale=language))


def _rate(parts: Parts) -> float | None:
    return parts[0] / parts[1] if parts[1] > 0 else None


@lru_cache(4096)
def mailboxes_address(
    wanted: UsageFilter, code: str, state: str, *, below: bool = True, cursor: str | None = None
) -> str:
    values = {
        "month": wanted.month.label if wanted.month else None,
        "scope": wanted.scope.value if wanted.scope.value != "both" else None,
        "under": code,
        "state": state,
        "own": None if below else "1",
        "cursor": cursor,
    }
    return f"{PATH}/hop-thu?{urlencode({name: value for name, value in values.items() if value})}"
