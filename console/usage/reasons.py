"""Why the rate of a branch moved: what became of its mailboxes since the month before."""

from fastapi import APIRouter, Request, Response

from console.charts.bars import extent_of
from console.pages import pages
from console.session.access import ReadsUsage
from console.usage.filters import PATH
from console.usage.routes import Wanted, choices, latest, show_nothing
from console.usage.view import View
from kernel.http import Db, Now
from mail_admin.rate import service
from mail_admin.rate.branch import Branch
from mail_admin.rate.history import list_kept_months
from mail_admin.rate.periods import PeriodKind, period_of
from mail_admin.rate.reasons import explain

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
        report = service.report(session, period, wanted.scope, Branch(wanted.under, 0))
        top = report.rows[0]
        before = report.windows_before
        is_large = top.all.issued > MOST_MAILBOXES
        found = None
        if before and not is_large:
            branch = Branch(wanted.under)
            found = explain(session, before[0], report.last, branch, wanted.scope)
    sizes = [float(one.contribution.total) for one in found or ()]
    return pages.show(
        request,
        "usage/reasons.html",
        caller,
        now,
        report=report,
        top=top,
        view=View(wanted, report),
        before=before[0].window if before else None,
        is_large=is_large,
        most=MOST_MAILBOXES,
        found=found,
        change=sum(sizes),
        extent=extent_of(sizes),
        **choices(wanted, months),
    )
