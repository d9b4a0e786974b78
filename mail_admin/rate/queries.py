"""Reads what is kept: windows with their trees and figures, and the mailboxes behind them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind
from identity.organisations.models import OrganisationKind
from mail_admin.rate.definition import from_kept
from mail_admin.rate.errors import NoFigures, OrganisationNotInReport
from mail_admin.rate.measures import MEASURES
from mail_admin.rate.models import RateWindow
from mail_admin.rate.periods import Window, month_window, next_month
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.tree import Node, Tree

KINDS = {kind.value: kind for kind in OrganisationKind}
NEXT_MONTH = text("SELECT min(month) FROM mail_admin_usage_month WHERE month >= :month")
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class KeptWindow:
    """Figures of a window as they were computed, or frozen when the month was closed."""

    id: UUID
    window: Window
    reference_day: date
    settings: UsageRateSettings
    """By which they were computed, with the target of the time."""
    computed_at: datetime
    confirmed_at: datetime
    closed_at: datetime | None
    tree: Tree
    own: dict[AccountKind, dict[UUID, tuple[int, ...]]]
    """By kind of account and organisation, in the order of `members`."""
    members: tuple[str, ...] = MEASURES

    @property
    def is_over(self) -> bool:
        return self.reference_day == self.window.last_day


def months_with_usage(session: Session, today: date) -> list[Window]:
    """Up to the present month, the earliest first. One look into an index for each."""
    found: list[Window] = []
    month = session.scalar(NEXT_MONTH, {"month": EARLIEST})
    while month is not None and month <= today:
        found.append(month_window(month))
        month = session.scalar(NEXT_MONTH, {"month": next_month(month)})
    return found


def has_usage(session: Session, window: Window) -> bool:
    """Whether anything is known of a month that the window has days of."""
    months = [window.starts_on.replace(day=1), window.last_day.replace(day=1)]
    statement = text(
        "SELECT EXISTS (SELECT FROM mail_admin_usage_month WHERE month = ANY(:months))"
    )
    return bool(session.scalar(statement, {"months": months}))


def months_with_figures(session: Session, today: date) -> list[Window]:
    """Months with usage, and those that were closed before their usage was forgotten."""
    statement = text("SELECT starts_on FROM mail_admin_rate_window")
    kept = [month_window(day) for day in session.scalars(statement) if day.day == 1]
    return sorted({*kept, *months_with_usage(session, today)})


def find_kept(session: Session, window: Window) -> RateWindow | None:
    return (
        session.query(RateWindow)
        .filter_by(starts_on=window.starts_on, ends_on=window.ends_on)
        .one_or_none()
    )


def load_kept(
    session: Session, window: Window, members: tuple[str, ...] = MEASURES
) -> KeptWindow | None:
    """Some thousand rows, read without making entities of them; `members` of each are enough."""
    row = find_kept(session, window)
    if row is None:
        return None
    values = {"window_id": row.id}
    organisations = session.execute(
        text(
            "SELECT organisation_id, parent_id, kind, name, code, depth"
            " FROM mail_admin_rate_organisation WHERE window_id = :window_id ORDER BY place"
        ),
        values,
    )
    tree = Tree(
        [
            Node(identifier, parent, KINDS[kind], name, code, depth)
            for identifier, parent, kind, name, code, depth in organisations
        ]
    )
    figures = session.execute(
        text(
            f"SELECT account_kind, organisation_id, {', '.join(members)}"
            " FROM mail_admin_rate_figure WHERE window_id = :window_id"
        ),
        values,
    )
    own: dict[AccountKind, dict[UUID, tuple[int, ...]]] = {
        AccountKind.PERSONAL: {},
        AccountKind.ORGANISATION: {},
    }
    for kind, organisation_id, *found in figures:
        own[AccountKind(kind)][organisation_id] = tuple(found)
    return KeptWindow(
        id=row.id,
        window=window,
        reference_day=row.reference_day,
        settings=from_kept(row.definition),
        computed_at=row.computed_at,
        confirmed_at=row.confirmed_at,
        closed_at=row.closed_at,
        tree=tree,
        own=own,
        members=members,
    )


def get_kept(session: Session, window: Window) -> KeptWindow:
    """Raises NoFigures."""
    kept = load_kept(session, window)
    if kept is None:
        raise NoFigures(window.label)
    return kept


def places_under(kept: KeptWindow, code: str, *, below: bool = True) -> list[UUID]:
    """An organisation of the window's tree, and all below it. Raises OrganisationNotInReport."""
    top = node_by_code(kept.tree, code)
    return [node.id for node in kept.tree.under(top.id)] if below else [top.id]


def node_by_code(tree: Tree, code: str) -> Node:
    """By the code in force on the day of the tree. Raises OrganisationNotInReport."""
    wanted = code.strip().upper()
    for node in tree.nodes:
        if node.code == wanted:
            return node
    raise OrganisationNotInReport(code)


def days_of(mask: int, starts_on: date) -> list[date]:
    """The days whose bits are set."""
    return [
        starts_on + timedelta(days=place) for place in range(mask.bit_length()) if mask >> place & 1
    ]


def totals(session: Session, window: Window) -> dict[str, Any] | None:
    """Sums over the province with the age of the figures; for gauges, which ask often."""
    row = find_kept(session, window)
    if row is None:
        return None
    sums = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)
    statement = text(f"SELECT {sums} FROM mail_admin_rate_figure WHERE window_id = :window_id")
    found = session.execute(statement, {"window_id": row.id}).mappings().one()
    return {name: int(value or 0) for name, value in found.items()} | {"row": row}
