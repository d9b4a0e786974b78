"""Keeps figures up to date, closes months, and says what was corrected afterwards."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import lift_statement_timeout
from mail_admin.rate import queries, roster
from mail_admin.rate.branch import EVERYTHING, Branch, read_organisations
from mail_admin.rate.computing import compute, keep
from mail_admin.rate.definition import as_kept
from mail_admin.rate.errors import MonthClosed, MonthNotOver, NoFigures
from mail_admin.rate.models import RateWindow
from mail_admin.rate.periods import Period, Window
from mail_admin.rate.report import Report, Scope
from mail_admin.rate.settings import UsageRateSettings

LOCK = text("SELECT pg_advisory_xact_lock(hashtext('mail_admin_rate'))")
TAKE_STALE = text("DELETE FROM mail_admin_rate_stale RETURNING since, until")
LOOK_BACK = timedelta(days=92)
"""Use of that long ago still shows in who is dormant."""
COMPUTING_SECONDS = 600
ENOUGH_TO_COMPARE = ("in_service", "active", "service_days", "active_service_days")


class UsageRateAuditTag(enum.StrEnum):
    MONTH_CLOSED = "usage:month-closed"


@dataclass(frozen=True, slots=True)
class StaleDays:
    since: date
    until: date | None

    def touches(self, window: Window) -> bool:
        return self.since < window.ends_on and (
            self.until is None or self.until + LOOK_BACK > window.starts_on
        )


def refresh(
    session: Session, settings: UsageRateSettings, *, now: datetime, wanted: Sequence[Window] = ()
) -> list[Window]:
    """Compute again what something has changed; answers with those windows.

    Months with usage are always kept up to date, other windows when they are wanted. What changes
    while this runs leaves its note for the next time: notes are taken away before anything is read.
    """
    session.execute(LOCK)
    lift_statement_timeout(session, seconds=COMPUTING_SECONDS)
    today = office_day(now)
    stale = [StaleDays(*row) for row in session.execute(TAKE_STALE)]
    months = queries.months_with_usage(session, today)
    kept = {Window(row.starts_on, row.ends_on): row for row in session.scalars(select(RateWindow))}
    computed = []
    for window in sorted({*months, *wanted, *kept}):
        row = kept.get(window)
        if row is not None and row.closed_at is not None:
            continue
        if not _has_days(session, window, months, today):
            continue  # usage that was forgotten must not turn figures into zeroes
        if row is not None and _is_current(row, window, settings, today, stale):
            row.confirmed_at = now
        elif window.is_month or window in wanted:
            keep(
                session,
                compute(session, window, window.reference_day(today), settings),
                settings,
                now,
            )
            computed.append(window)
        elif row is not None:
            row.stale = True
    return computed


def _has_days(session: Session, window: Window, months: Sequence[Window], today: date) -> bool:
    if window.is_month:
        return window in months
    return window.starts_on <= today and queries.has_usage(session, window)


def _is_current(
    row: RateWindow,
    window: Window,
    settings: UsageRateSettings,
    today: date,
    stale: Sequence[StaleDays],
) -> bool:
    return (
        not row.stale
        and row.reference_day == window.reference_day(today)
        and row.definition == as_kept(settings)
        and not any(days.touches(window) for days in stale)
    )


def report(
    session: Session,
    period: Period,
    scope: Scope = Scope.BOTH,
    branch: Branch = EVERYTHING,
) -> Report:
    """From kept figures only, of the branch alone. Raises NoFigures, OrganisationNotInReport."""
    kept = queries.load_windows(session, period.windows)
    if not kept:
        raise NoFigures(period.label)
    organisations = read_organisations(session, kept[-1].id, branch)
    shown = None if branch == EVERYTHING else organisations.shown
    before = queries.load_windows(session, period.before().windows)
    return Report(
        period,
        organisations,
        queries.load_figures(session, kept, shown),
        queries.load_totals(session, before, shown, ENOUGH_TO_COMPARE),
        scope,
    )


def close_month(
    session: Session,
    actor: Actor,
    window: Window,
    settings: UsageRateSettings,
    *,
    now: datetime,
    basis: Basis,
) -> RateWindow:
    """Freeze figures, formula, target and the mailboxes behind them, for good.

    Raises MonthNotOver, MonthClosed, NoFigures.
    """
    if window.last_day >= office_day(now):
        raise MonthNotOver(window.label)
    refresh(session, settings, now=now)
    row = queries.find_kept(session, window)
    if row is None:
        raise NoFigures(window.label)
    if row.closed_at is not None:
        raise MonthClosed(window.label)
    # in the same breath as the mailboxes, so that both tell of the same moment
    keep(session, compute(session, window, window.last_day, settings), settings, now)
    count = roster.freeze(session, row.id, window, settings)
    session.execute(
        update(RateWindow)
        .where(RateWindow.id == row.id)
        .values(closed_at=now, closed_by=actor.label)
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)
    audit.record(
        session,
        actor,
        UsageRateAuditTag.MONTH_CLOSED,
        row.id,
        basis,
        month=window.label,
        mailboxes=count,
        definition=row.definition,
    )
    return row
