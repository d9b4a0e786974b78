"""How much the mailboxes are used: the dashboard."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from console.charts.heat import legend
from console.pages import pages
from console.session.access import ReadsUsage
from console.session.service import Caller
from console.usage import wording
from console.usage.filters import PATH, SPANS, Order, UsageFilter, usage_filter
from console.usage.kept import KeptReadings
from console.usage.queries import read_overview
from console.usage.view import View
from kernel.database import Database
from kernel.http import Db, Now
from mail_admin.rate.errors import NoFigures
from mail_admin.rate.history import KeptMonth, list_kept_months
from mail_admin.rate.periods import PeriodKind
from mail_admin.rate.roster import MailboxState
from mail_admin.rate.routes import settings_of
from mail_admin.rate.service import refresh

router = APIRouter(include_in_schema=False)
TABLE_STATES = (
    MailboxState.ISSUED,
    MailboxState.IN_SERVICE,
    MailboxState.ACTIVE,
    MailboxState.UNUSED,
    MailboxState.NEVER_ACTIVATED,
    MailboxState.LOCKED,
)
Wanted = Annotated[UsageFilter, Depends(usage_filter)]


@router.get(PATH)
def show_usage(request: Request, caller: ReadsUsage, db: Db, now: Now, wanted: Wanted) -> Response:
    with db.transaction() as session:
        months = list_kept_months(session)
    wanted = latest(wanted, months)
    if wanted.month is None:
        return show_nothing(request, caller, now, wanted, months)
    keep_current(request, db, now, wanted)
    kept: KeptReadings = request.app.state.usage_readings
    try:
        with db.transaction() as session:
            overview = kept.read(session, read_overview, wanted.wanted, wanted.scope, wanted.under)
    except NoFigures:
        return show_nothing(request, caller, now, wanted, months)
    return pages.show(
        request,
        "usage/overview.html",
        caller,
        now,
        overview=overview,
        view=View(wanted, overview.report),
        table_states=TABLE_STATES,
        legend=legend,
        orders=list(Order),
        spans=SPANS,
        **choices(wanted, months),
    )


def show_nothing(
    request: Request,
    caller: Caller,
    now: datetime,
    wanted: UsageFilter,
    months: Sequence[KeptMonth],
) -> Response:
    """That there are no figures yet, or none of what was chosen, with the way to others."""
    return pages.show(request, "usage/nothing.html", caller, now, **choices(wanted, months))


def choices(wanted: UsageFilter, months: Sequence[KeptMonth]) -> dict[str, Any]:
    """What every page of usage says above its figures."""
    return {
        "wanted": wanted,
        "months": months,
        "wording": wording,
    }


def latest(wanted: UsageFilter, months: Sequence[KeptMonth]) -> UsageFilter:
    """Of the latest month with figures, if none is named."""
    if wanted.month is not None or not months:
        return wanted
    return replace(wanted, month=months[-1].window)


def keep_current(request: Request, db: Database, now: datetime, wanted: UsageFilter) -> None:
    """Windows from the 10th to the 9th are kept only since somebody asked for them."""
    if wanted.period is PeriodKind.YEAR_10_DECEMBER:
        with db.transaction() as session:
            refresh(session, settings_of(request), now=now, wanted=wanted.wanted.windows)
