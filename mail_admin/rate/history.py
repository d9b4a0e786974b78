"""Rates of several months beside each other, and which months there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mail_admin.rate.models import RateWindow
from mail_admin.rate.periods import Window
from mail_admin.rate.queries import load_windows
from mail_admin.rate.report import KINDS_OF_SCOPE, Scope
from mail_admin.rate.settings import ServiceRule
from mail_admin.rate.tree import Node

RATES = text("""
SELECT number, array_agg(CAST(part AS float) / nullif(whole, 0) ORDER BY place) FROM (
    SELECT kept.number, wanted.place,
        sum(CASE WHEN by_threshold THEN active ELSE active_service_days END) AS part,
        sum(CASE WHEN by_threshold THEN in_service ELSE service_days END) AS whole
    FROM unnest(CAST(:windows AS uuid[]), CAST(:by_threshold AS boolean[]))
        WITH ORDINALITY AS kept(id, by_threshold, number)
    CROSS JOIN LATERAL (
        SELECT id, place FROM unnest(CAST(:organisations AS uuid[]))
            WITH ORDINALITY AS named(id, place)
        UNION ALL SELECT organisation_id, 0 FROM mail_admin_rate_organisation
            WHERE window_id = kept.id AND depth = 0
        UNION ALL SELECT NULL, 0
    ) AS wanted
    LEFT JOIN mail_admin_rate_total AS total ON total.window_id = kept.id
        AND total.organisation_id = wanted.id AND total.account_kind = ANY(:kinds)
    GROUP BY kept.number, wanted.place
) AS counted GROUP BY number
""")
"""Of each window the rate of everything, then those of the organisations in their order. Figures of
60 organisations over 24 months are 3,000 rows: carrying them over takes longer than adding them up.
"""


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
    values: dict[str, Any] = {
        "windows": [one.id for one in kept],
        "by_threshold": [one.settings.service_rule is ServiceRule.THRESHOLD for one in kept],
        "kinds": [kind.value for kind in KINDS_OF_SCOPE[scope]],
        "organisations": [node.id for node in organisations],
    }
    rates = dict[int, list[float | None]](session.execute(RATES, values).all())
    found = {}
    for number, one in enumerate(kept, 1):
        total, *others = rates[number]
        target = one.settings.target
        found[one.window] = MonthRates(one.window, one.closed_at, target, total, others)
    unknown: list[float | None] = [None] * len(organisations)
    return [
        found.get(window) or MonthRates(window, None, None, None, unknown) for window in windows
    ]
