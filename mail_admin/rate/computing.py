"""Computes the figures of a window and keeps them; each table is read once, in one pass."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind
from kernel.database import copy_rows
from mail_admin.rate.definition import as_kept
from mail_admin.rate.mailboxes_sql import COUNTS, PLANNED, mailboxes
from mail_admin.rate.measures import MEASURES
from mail_admin.rate.models import NOWHERE, RateFigure, RateOrganisation, RateTotal, RateWindow
from mail_admin.rate.periods import Window
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.tree import Tree, rolled_up, stand_ins, tree_on

CONDITIONS = {
    "issued": "true",
    "present": "status <> 'closed'",
    "in_service": "in_service",
    "active": "active",
    "locked": "status = 'suspended'",
    "on_leave": "on_leave",
    "never_activated": "status = 'pending' AND kind = 'personal'",
    "polling_only": "polling_only",
    "weekly_active": "used_7",
    "dormant_30": "dormant_days >= 30",
    "dormant_60": "dormant_days >= 60",
    "dormant_90": "dormant_days >= 90",
    "nearly_full": "nearly_full",
    "officials_with_account": "kind = 'personal' AND on_the_rolls AND status <> 'closed'",
}
SUMS = {
    "service_days": "sum(days_in_service) FILTER (WHERE in_service)",
    "active_service_days": "sum(days_in_service) FILTER (WHERE active)",
    **{name: f"sum({name})" for name in COUNTS},
}
OFFICIALS = """
SELECT CASE WHEN organisation_id = ANY(:tree) THEN organisation_id ELSE :nowhere END AS place,
    count(*) AS officials
FROM identity_appointment
WHERE is_primary AND valid_from <= :reference AND (valid_to IS NULL OR valid_to > :reference)
GROUP BY place
"""
KINDS = (AccountKind.PERSONAL, AccountKind.ORGANISATION)


@dataclass(frozen=True, slots=True)
class Computation:
    """Figures of a window: the tree of the reference day, and what is each organisation's own."""

    window: Window
    reference_day: date
    tree: Tree
    own: dict[tuple[UUID, AccountKind], dict[str, int]]


def compute(
    session: Session, window: Window, reference_day: date, settings: UsageRateSettings
) -> Computation:
    tree = tree_on(session, reference_day)
    session.execute(PLANNED)
    question = mailboxes(window, reference_day, settings)
    values = question.values | {"tree": list(tree.by_id)}
    columns = ", ".join(
        [f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in CONDITIONS.items()]
        + [f"coalesce({total}, 0)::bigint AS {name}" for name, total in SUMS.items()]
    )
    statement = text(
        f"{question.sql} SELECT organisation_id, kind, moved_from, {columns} FROM mailbox"
        " GROUP BY organisation_id, kind, moved_from"
    )
    own: dict[tuple[UUID, AccountKind], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(MEASURES, 0)
    )
    moves: list[tuple[UUID, UUID, int]] = []
    for row in session.execute(statement, values).mappings():
        figures = own[row["organisation_id"], AccountKind(row["kind"])]
        for name in (*CONDITIONS, *SUMS):
            figures[name] += row[name]
        if row["moved_from"] is not None and row["present"]:
            moves.append((row["moved_from"], row["organisation_id"], row["present"]))
    for row in session.execute(text(OFFICIALS), values | {"nowhere": NOWHERE}).mappings():
        own[row["place"], AccountKind.PERSONAL]["officials"] += row["officials"]
    if moves:
        standing = stand_ins(session, tree, reference_day)
        for origin, target, count in moves:
            _count_move(own, tree, standing.of(origin), target, count)
    if any(place == NOWHERE for place, _ in own):
        tree = tree.with_nowhere()
    return Computation(window, reference_day, tree, dict(own))


def _count_move(
    own: dict[tuple[UUID, AccountKind], dict[str, int]],
    tree: Tree,
    origin: UUID | None,
    target: UUID,
    count: int,
) -> None:
    """In at the target, out at the origin, and neither from where both are under one roof."""
    if origin == target:
        return  # their unit was dissolved into this one
    own[target, AccountKind.PERSONAL]["moved_in"] += count
    if origin is None:
        return
    own[origin, AccountKind.PERSONAL]["moved_out"] += count
    meeting = tree.meeting(origin, target)
    if meeting is not None:
        own[meeting, AccountKind.PERSONAL]["moved_within"] += count


def keep(
    session: Session, computed: Computation, settings: UsageRateSettings, now: datetime
) -> UUID:
    """Put the figures in place of those kept before. The database refuses it for closed months."""
    row = {
        "reference_day": computed.reference_day,
        "definition": as_kept(settings),
        "computed_at": now,
        "confirmed_at": now,
        "stale": False,
    }
    days = {"starts_on": computed.window.starts_on, "ends_on": computed.window.ends_on}
    statement = (
        insert(RateWindow)
        .values(**days, **row)
        .on_conflict_do_update(index_elements=list(days), set_=row)
        .returning(RateWindow.id)
    )
    window_id: UUID = session.execute(statement).scalar_one()
    for table in (RateOrganisation, RateFigure, RateTotal):
        session.execute(delete(table).where(table.window_id == window_id))
    copy_rows(
        session,
        RateOrganisation.__tablename__,
        ("window_id", "place", "last_place", *NODE),
        _organisation_rows(window_id, computed.tree),
    )
    own = {key: [figures[name] for name in MEASURES] for key, figures in computed.own.items()}
    for table, vectors in ((RateFigure, own), (RateTotal, _totals(computed.tree, own))):
        columns = ("window_id", "organisation_id", "account_kind", *MEASURES)
        copy_rows(
            session,
            table.__tablename__,
            columns,
            ((window_id, place, kind.value, *vector) for (place, kind), vector in vectors.items()),
        )
    return window_id


NODE = ("organisation_id", "parent_id", "depth", "kind", "name", "code")


def _organisation_rows(window_id: UUID, tree: Tree) -> Iterator[tuple[Any, ...]]:
    for place, (node, last) in enumerate(zip(tree.nodes, tree.last_places(), strict=True)):
        columns = (node.id, node.parent_id, node.depth, node.kind.value, node.name, node.code)
        yield window_id, place, last, *columns


def _totals(
    tree: Tree, own: Mapping[tuple[UUID, AccountKind], Sequence[int]]
) -> dict[tuple[UUID, AccountKind], list[int]]:
    """With everything below, where there is anything."""
    found = {}
    for kind in KINDS:
        of_kind = {place: vector for (place, each), vector in own.items() if each is kind}
        for place, vector in rolled_up(tree, of_kind, len(MEASURES)).items():
            if any(vector):
                found[place, kind] = vector
    return found
