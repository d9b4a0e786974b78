"""Rates of several months beside each other, and which months there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mail_admin.rate.models import RateWindow
from mail_admin.rate.periods import Window
from mail_admin.rate.queries import load_totals, load_windows
from mail_admin.rate.report import Scope, Vectors, rate_of
from mail_admin.rate.service import ENOUGH_TO_COMPARE
from mail_admin.rate.tree import Node


@dataclass(frozen=True, slots=True)
class KeptMonth:
    window: Window
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthRates:
    """Without figures everything is None."""

    window: Window
    closed_at: datetime | None
    target: float | None
    total: float | None
    rates: Sequence[float | None]
    """In the order of the organisations asked for, each with everything below it."""


def list_kept_months(session: Session) -> list[KeptMonth]:
    """The earliest first."""
    columns = (RateWindow.starts_on, RateWindow.ends_on, RateWindow.closed_at)
    rows = session.execute(select(*columns).order_by(RateWindow.starts_on)).all()
    windows = [KeptMonth(Window(row.starts_on, row.ends_on), row.closed_at) for row in rows]
    return [kept for kept in windows if kept.window.is_month]


def months_up_to(window: Window, count: int) -> list[Window]:
    """The earliest first."""
    found = [window]
    while len(found) < count:
        found.append(found[-1].before())
    return found[::-1]


def monthly_rates(
    session: Session, windows: Sequence[Window], organisations: Sequence[Node], scope: Scope
) -> list[MonthRates]:
    """For each window; what it has no figures of has no rate."""
    kept = load_windows(session, windows)
    ids = [node.id for node in organisations]
    figures = load_totals(session, kept, ids, ENOUGH_TO_COMPARE)
    found = {one.kept.window: Vectors(one, scope) for one in figures}
    return [_rates(window, found.get(window), organisations) for window in windows]


def _rates(window: Window, vectors: Vectors | None, organisations: Sequence[Node]) -> MonthRates:
    if vectors is None:
        return MonthRates(window, None, None, None, [None] * len(organisations))
    return MonthRates(
        window=window,
        closed_at=vectors.kept.closed_at,
        target=vectors.kept.settings.target,
        total=rate_of([vectors.parts(vectors.total)]),
        rates=[rate_of([vectors.parts(vectors.all(node))]) for node in organisations],
    )
