"""Upgrading an installation in use: figures that are kept get totals, closed months too."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from alembic import command
from identity.organisations.models import OrganisationKind
from mail_admin.rate.measures import MEASURES
from mail_admin.rate.tree import Node, Tree, arrange

CLOSED, OPEN = UUID(int=1), UUID(int=2)
WINDOW = text("""
    INSERT INTO mail_admin_rate_window (id, starts_on, ends_on, reference_day, definition,
        computed_at, confirmed_at)
    VALUES (:id, :first, :end, :first, '{}', now(), now())
""")
ORGANISATION = text("""
    INSERT INTO mail_admin_rate_organisation
        (window_id, organisation_id, parent_id, place, depth, kind, name)
    VALUES (:window_id, :id, :parent, :place, :depth, 'unit', 'Cơ quan')
""")
FIGURE = text(f"""
    INSERT INTO mail_admin_rate_figure
        (window_id, organisation_id, account_kind, {", ".join(MEASURES)})
    VALUES (:window_id, :id, :kind, {", ".join(f":number + {n}" for n in range(len(MEASURES)))})
""")
PARENTS = {
    CLOSED: {10: None, 11: 10, 12: 11, 13: 11, 14: 13, 15: 10, 16: None, 17: 16, 0: None},
    OPEN: {11: None, 10: 11, 12: 10},
}
"""Of each organisation, by number."""
FIGURES = {
    CLOSED: {(12, "personal"): 5, (14, "personal"): 70, (14, "organisation"): 900,
             (11, "organisation"): 20, (17, "personal"): 3, (0, "personal"): 1},
    OPEN: {(12, "personal"): 8, (10, "personal"): 2},
}  # fmt: skip
CHANGES = (
    "UPDATE mail_admin_rate_organisation SET last_place = 0",
    "UPDATE mail_admin_rate_total SET issued = 0",
    "DELETE FROM mail_admin_rate_total",
    "TRUNCATE mail_admin_rate_total",
)


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def tree_of(window_id: UUID) -> Tree:
    unit = OrganisationKind.UNIT
    return arrange(
        Node(UUID(int=number), None if above is None else UUID(int=above), unit, "Cơ quan", None)
        for number, above in PARENTS[window_id].items()
    )


def fill(engine: Engine) -> None:
    """A month that is closed, and the one after it."""
    with engine.begin() as connection:
        for window_id, first, end in (
            (CLOSED, "2026-10-01", "2026-11-01"),
            (OPEN, "2026-11-01", "2026-12-01"),
        ):
            connection.execute(WINDOW, {"id": window_id, "first": first, "end": end})
            values: dict[str, Any] = {"window_id": window_id}
            for place, node in enumerate(tree_of(window_id).nodes):
                row: dict[str, Any] = {
                    "id": node.id,
                    "parent": node.parent_id,
                    "depth": node.depth,
                    "place": place,
                }
                connection.execute(ORGANISATION, values | row)
            for (number, kind), first_measure in FIGURES[window_id].items():
                row = {"id": UUID(int=number), "kind": kind, "number": first_measure}
                connection.execute(FIGURE, values | row)
        connection.execute(
            text("UPDATE mail_admin_rate_window SET closed_at = now() WHERE id = :id"),
            {"id": CLOSED},
        )


def recounted(window_id: UUID) -> dict[tuple[UUID, str], list[int]]:
    """Each figure added to its organisation and everything above it."""
    tree = tree_of(window_id)
    found: dict[tuple[UUID, str], list[int]] = {}
    for (number, kind), first in FIGURES[window_id].items():
        for place in tree.line(UUID(int=number)):
            vector = found.setdefault((place, kind), [0] * len(MEASURES))
            for position in range(len(MEASURES)):
                vector[position] += first + position
    return found


def test_kept_figures_get_totals_and_a_closed_month_stays_closed(
    configuration: Config, engine: Engine
) -> None:
    command.upgrade(configuration, "0018")
    fill(engine)
    command.upgrade(configuration, "0016")
    for window_id in (CLOSED, OPEN):
        values = {"id": window_id}
        with engine.connect() as connection:
            totals = connection.execute(
                text("SELECT * FROM mail_admin_rate_total WHERE window_id = :id"), values
            ).mappings()
            assert recounted(window_id) == {
                (row["organisation_id"], row["account_kind"]): [row[name] for name in MEASURES]
                for row in totals
            }
            places = connection.execute(
                text(
                    "SELECT organisation_id, last_place FROM mail_admin_rate_organisation"
                    " WHERE window_id = :id ORDER BY place"
                ),
                values,
            )
            tree = tree_of(window_id)
            ends = [
                (node.id, last) for node, last in zip(tree.nodes, tree.last_places(), strict=True)
            ]
            assert [(row.organisation_id, row.last_place) for row in places] == ends
    for change in CHANGES:
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(change))
    command.downgrade(configuration, "0018")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("DELETE FROM mail_admin_rate_organisation"))
