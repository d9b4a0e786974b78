"""Why the rate of a branch moved: what became of its mailboxes since the month before."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from console.charts.bars import extent_of
from console.pages import pages
from console.session.access import ReadsUsage
from console.usage.filters import PATH
from console.usage.kept import KeptReadings
from console.usage.routes import Wanted, choices, latest, show_nothing
from console.usage.view import View
from kernel.http import Db, Now
from mail_admin.rate import service
from mail_admin.rate.branch import Branch
from mail_admin.rate.history import list_kept_months
from mail_admin.rate.periods import Period, PeriodKind, Window, period_of
from mail_admin.rate.reasons import Reasoned, explain
from mail_admin.rate.report import Report, Scope

router = APIRouter(include_in_schema=False)
MOST_MAILBOXES = 20_000
"""Each is looked at in both months; beyond it somebody would wait for seconds."""


@router.get(PATH + "/bien-dong")
def show_reasons(
    request: Request, caller: ReadsUsage, db: Db, now: Now, wanted: Wanted
) -> Response:
    """Raises OrganisationNotInReport."""
    with db.transaction() as session:
        months = list_kept_months(session)
        wanted = latest(wanted, months)
        if wanted.month is None or wanted.month not in {kept.window for kept in months}:
            return show_nothing(request, caller, now, wanted, months)
        period = period_of(PeriodKind.MONTH, wanted.month.starts_on)
        kept: KeptReadings = request.app.state.usage_readings
        reasons = kept.read(session, read_reasons, period, wanted.scope, wanted.under)
    sizes = [float(one.contribution.total) for one in reasons.found or ()]
    return pages.show(
        request,
        "usage/reasons.html",
        caller,
        now,
        reasons=reasons,
        top=reasons.report.rows[0],
        view=View(wanted, reasons.report),
        most=MOST_MAILBOXES,
        change=sum(sizes),
        extent=extent_of(sizes),
        **choices(wanted, months),
    )


@dataclass(frozen=True, slots=True)
class Reasons:
    report: Report
    before: Window | None
    """None without figures of the month before."""
    is_large: bool
    """Has too many mailboxes to look at each."""
    found: Sequence[Reasoned] | None


def read_reasons(session: Session, period: Period, scope: Scope, under: str | None) -> Reasons:
    """Raises NoFigures, OrganisationNotInReport."""
    report = service.report(session, period, scope, Branch(under, 0))
    is_large = report.rows[0].all.issued > MOST_MAILBOXES
    before = report.windows_before[0] if report.windows_before else None
    found = None
    if before is not None and not is_large:
        found = explain(session, before, report.last, Branch(under), scope)
    return Reasons(report, before.window if before else None, is_large, found)
