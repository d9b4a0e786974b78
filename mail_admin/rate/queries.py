"""Reads what is kept: windows, and of their figures those that are asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind
from mail_admin.rate.definition import from_kept
from mail_admin.rate.errors import NoFigures
from mail_admin.rate.measures import MEASURES, Measures
from mail_admin.rate.models import RateFigure, RateTotal, RateWindow
from mail_admin.rate.periods import Window, month_window, next_month
from mail_admin.rate.settings import UsageRateSettings

NEXT_MONTH = text("SELECT min(month) FROM mail_admin_usage_month WHERE month >= :month")
EARLIEST = date(2000, 1, 1)
VECTORS = """
SELECT window_id, account_kind, organisation_id, {members} FROM {table}
WHERE window_id = ANY(:windows)
"""
OF_SOME = "AND organisation_id = ANY(:organisations)"
TOPS = text("""
SELECT window_id, organisation_id FROM mail_admin_rate_organisation
WHERE window_id = ANY(:windows) AND depth = 0
""")
Vector = Sequence[int]
ByKind = Mapping[AccountKind, Mapping[UUID, Vector]]


@dataclass(frozen=True, slots=True)
class KeptWindow:
    """That there are figures of a window, and what they are: computed, or frozen when closed."""

    id: UUID
    window: Window
    reference_day: date
    settings: UsageRateSettings
    """By which they were computed, with the target of the time."""
    computed_at: datetime
    confirmed_at: datetime
    closed_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.reference_day == self.window.last_day


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """Vectors of a window by kind of account, in the order of `members`.

    Of the organisations asked for; one without a vector has zeroes.
    """

    kept: KeptWindow
    own: ByKind
    all: ByKind
    """With everything below."""
    sums: Mapping[AccountKind, Vector]
    """Of the whole window, whatever was asked for."""
    members: tuple[str, ...] = MEASURES


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


def load_windows(session: Session, windows: Sequence[Window]) -> list[KeptWindow]:
    """Those that have figures, the earliest first."""
    days = tuple_(RateWindow.starts_on, RateWindow.ends_on)
    wanted = [(window.starts_on, window.ends_on) for window in windows]
    rows = session.scalars(
        select(RateWindow).where(days.in_(wanted)).order_by(RateWindow.starts_on)
    )
    return [_kept(row) for row in rows]


def _kept(row: RateWindow) -> KeptWindow:
    return KeptWindow(
        id=row.id,
        window=Window(row.starts_on, row.ends_on),
        reference_day=row.reference_day,
        settings=from_kept(row.definition),
        computed_at=row.computed_at,
        confirmed_at=row.confirmed_at,
        closed_at=row.closed_at,
    )


def get_kept(session: Session, window: Window) -> KeptWindow:
    """Raises NoFigures."""
    for kept in load_windows(session, [window]):
        return kept
    raise NoFigures(window.label)


def load_figures(
    session: Session, windows: Sequence[KeptWindow], organisations: Sequence[UUID] | None
) -> list[KeptFigures]:
    """Of all organisations if none are named."""
    own = _vectors(session, RateFigure, windows, organisations, MEASURES)
    both = load_totals(session, windows, organisations)
    return [
        KeptFigures(figures.kept, own[figures.kept.id], figures.all, figures.sums)
        for figures in both
    ]


def load_totals(
    session: Session,
    windows: Sequence[KeptWindow],
    organisations: Sequence[UUID] | None = (),
    members: tuple[str, ...] = MEASURES,
) -> list[KeptFigures]:
    """Without what is an organisation's own; `members` of each are enough."""
    tops = _tops(session, windows)
    if organisations is not None:
        organisations = [*organisations, *set().union(*tops.values())]
    every = _vectors(session, RateTotal, windows, organisations, members)
    return [
        KeptFigures(kept, {}, every[kept.id], _added(every[kept.id], tops[kept.id]), members)
        for kept in windows
    ]


def _tops(session: Session, windows: Sequence[KeptWindow]) -> Mapping[UUID, set[UUID]]:
    """Asked for apart: figures just written have no statistics by which to plan a join."""
    found: dict[UUID, set[UUID]] = {kept.id: set() for kept in windows}
    for window_id, organisation_id in session.execute(TOPS, {"windows": [*found]}).all():
        found[window_id].add(organisation_id)
    return found


def _added(vectors: ByKind, organisations: set[UUID]) -> Mapping[AccountKind, Vector]:
    found = {}
    for kind, of_kind in vectors.items():
        parts = [of_kind[place] for place in organisations if place in of_kind]
        if parts:
            found[kind] = [*map(sum, zip(*parts, strict=True))]
    return found


def _vectors(
    session: Session,
    table: type[RateFigure | RateTotal],
    windows: Sequence[KeptWindow],
    organisations: Sequence[UUID] | None,
    members: tuple[str, ...],
) -> Mapping[UUID, ByKind]:
    """Some thousand rows, read without making entities of them."""
    found: dict[UUID, dict[AccountKind, dict[UUID, Vector]]] = {
        kept.id: defaultdict(dict) for kept in windows
    }
    if organisations is None or organisations:
        statement = VECTORS.format(table=table.__tablename__, members=", ".join(members))
        values: dict[str, list[UUID]] = {"windows": [*found]}
        if organisations is not None:
            statement += OF_SOME
            values["organisations"] = [*organisations]
        for window_id, kind, place, *vector in session.execute(text(statement), values).all():
            found[window_id][KINDS[kind]][place] = vector
    return found


KINDS = {kind.value: kind for kind in AccountKind}


def days_of(mask: int, starts_on: date) -> list[date]:
    """The days whose bits are set."""
    return [
        starts_on + timedelta(days=place) for place in range(mask.bit_length()) if mask >> place & 1
    ]


def totals(session: Session, window: Window) -> tuple[KeptWindow, Measures] | None:
    """Of the province, with the age of the figures; for gauges, which ask often."""
    for figures in load_totals(session, load_windows(session, [window])):
        return figures.kept, Measures.total(figures.sums.values())
    return None
