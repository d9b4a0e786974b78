from typing import Annotated

from fastapi import APIRouter, Query, Request

from kernel.clock import office_day
from kernel.http import Cursor, Db, Now, PageSize, ReadsUsage, problems
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor
from mail_admin.rate import listing, queries, service
from mail_admin.rate.branch import Branch, read_organisations
from mail_admin.rate.definition import formula
from mail_admin.rate.errors import MonthInvalid, NoFigures, OrganisationNotInReport
from mail_admin.rate.periods import PeriodKind, parse_month, period_of
from mail_admin.rate.report import Scope
from mail_admin.rate.roster import MailboxState
from mail_admin.rate.schemas import (
    FormulaOut,
    MailboxPage,
    UsageMonthOut,
    UsageReportOut,
    mailbox_out,
    report_out,
)
from mail_admin.rate.settings import UsageRateSettings

router = APIRouter(tags=["usage"])

Month = Annotated[str, Query(max_length=7, examples=["2026-11"])]


def settings_of(request: Request) -> UsageRateSettings:
    settings: UsageRateSettings = request.app.state.usage_rate
    return settings


@router.get("/usage/months")
def list_months(db: Db, now: Now, _: ReadsUsage) -> list[UsageMonthOut]:
    """Months that have figures, the earliest first."""
    today = office_day(now)
    with db.transaction() as session:
        months = queries.months_with_figures(session, today)
        closed = {
            row.starts_on: row.closed_at
            for row in (queries.find_kept(session, window) for window in months)
            if row is not None
        }
    return [
        UsageMonthOut(
            month=window.label,
            is_over=window.last_day < today,
            closed_at=closed.get(window.starts_on),
        )
        for window in months
    ]


@router.get("/usage/report", responses=problems(MonthInvalid, NoFigures, OrganisationNotInReport))
def get_report(
    request: Request,
    db: Db,
    now: Now,
    _: ReadsUsage,
    month: Month,
    period: PeriodKind = PeriodKind.MONTH,
    scope: Scope = Scope.BOTH,
    under: Annotated[str | None, Query(max_length=35, description="Code.")] = None,
    levels: Annotated[
        int | None, Query(ge=0, le=20, description="Only so many levels below the top.")
    ] = None,
) -> UsageReportOut:
    """Every organisation as the tree was on the last day, with the formula.

    `confirmed_at` says how current the figures are: the worker looks for changes all the time.
    """
    wanted = period_of(period, parse_month(month).starts_on)
    if period is PeriodKind.YEAR_10_DECEMBER:  # kept only since somebody asked for them
        with db.transaction() as session:
            service.refresh(session, settings_of(request), now=now, wanted=wanted.windows)
    with db.transaction() as session:
        found = service.report(session, wanted, scope, Branch(under, levels))
    return report_out(found, month)


@router.get(
    "/usage/mailboxes",
    responses=problems(MonthInvalid, NoFigures, OrganisationNotInReport, CursorInvalid),
)
def list_mailboxes(
    db: Db,
    _: ReadsUsage,
    month: Month,
    organisation: Annotated[str, Query(max_length=35, description="Code.")],
    state: MailboxState = MailboxState.ISSUED,
    scope: Scope = Scope.BOTH,
    *,
    below: Annotated[bool, Query(description="With everything below it.")] = True,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> MailboxPage:
    """The mailboxes behind a number: who counts, and on which days by what."""
    after = decode_cursor(cursor, 1)[0] if cursor is not None else ""
    with db.transaction() as session:
        kept = queries.get_kept(session, parse_month(month))
        branch = Branch(organisation, None if below else 0)
        places = read_organisations(session, kept.id, branch).nodes
        rows = listing.list_mailboxes(
            session, kept, places, state, scope=scope, after=after, limit=limit + 1
        )
    shown = rows[:limit]
    text = formula(kept.settings)
    return MailboxPage(
        formula=FormulaOut(vi=text.vi, en=text.en),
        items=[mailbox_out(row) for row in shown],
        next_cursor=encode_cursor(shown[-1].login) if len(rows) > limit else None,
    )
