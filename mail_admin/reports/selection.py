"""What a file is about: the whole report, or one organisation with everything below it."""

from dataclasses import dataclass

from mail_admin.rate.measures import Measures
from mail_admin.rate.report import Report, ReportRow, Scope


@dataclass(frozen=True, slots=True)
class Overall:
    """Figures of the subject as a whole, for one scope."""

    measures: Measures
    rate: float | None
    previous_rate: float | None
    average_monthly: float | None


@dataclass(frozen=True, slots=True)
class Selection:
    report: Report

    @property
    def under(self) -> str | None:
        """Code of the organisation; None for all of them."""
        return self.report.organisations.branch.under

    @property
    def rows(self) -> list[ReportRow]:
        return self.report.rows

    @property
    def name(self) -> str | None:
        return None if self.under is None else self.rows[0].node.name

    @property
    def base_depth(self) -> int:
        return min((row.node.depth for row in self.rows), default=0)

    @property
    def under_target(self) -> list[ReportRow]:
        """The lowest first."""
        found = [row for row in self.rows if row.is_under(self.report.target)]
        return sorted(found, key=lambda row: (row.rate or 0, -row.all.in_service))

    @property
    def overall(self) -> Overall:
        return self.overall_of(self.report.scope)

    def overall_of(self, scope: Scope) -> Overall:
        report = self.report.of_scope(scope)
        if self.under is not None:
            top = report.rows[0]
            return Overall(top.all, top.rate, top.previous_rate, top.average_monthly)
        return Overall(
            report.total,
            report.total_rate,
            report.total_previous_rate,
            report.total_average_monthly,
        )
