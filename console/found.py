"""Looking in a table of 100,000 rows: how many are meant, and the first of them, in one look.

Each way of finding is asked for by itself, so that each has its index, and ends at the number from
which on nobody counts. Where fewer are found, the page is one of those; where more are, they are
so many that reading the table in the order of the list soon has a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    and_,
    case,
    func,
    not_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from identity.names.search import SHORTEST_INDEXED

COUNTED = 10_000
"""Beyond it the number is not told exactly: nobody reads on, and counting would take longer."""
COUNTED_OF_NEARLY_ALL = 1_000
"""The same for what nearly every row is, such as a letter in a name: no index helps to count it,
and reading in the order of the list has a page at once.
"""
MANY = 500
"""Organisations that are all of a province, or nearly."""
PLANNED = text("""
SELECT set_config('max_parallel_workers_per_gather', '0', true),
    set_config('plan_cache_mode', 'force_custom_plan', true)
""")
"""Starting helpers for 30 ms of work takes longer than the work, where others are at work too; and
a plan for any text whatever, kept, reads the whole table for a name that an index finds at once.
"""
Ways = Sequence[Select[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Found:
    count: int
    is_exact: bool
    """Or there are more, and `count` is how many were counted."""
    ids: list[UUID]
    """Of the page; of no use where there are more than were counted."""


def counted(text: str, organisations: int) -> int:
    """How far to count what has a text and is of so many organisations (0: of any)."""
    of_nearly_all = len(text) < SHORTEST_INDEXED if text else organisations > MANY
    return COUNTED_OF_NEARLY_ALL if of_nearly_all else COUNTED


def look(
    session: Session, ways: Ways, after: Sequence[Any], *, most: int, counted: int = COUNTED
) -> Found:
    """`ways` select what the list is ordered by, the id last; `after` is of the last row seen.

    No row comes in two ways: what would tell them apart reads all of them, even where the first
    way finds enough.
    """
    session.execute(PLANNED)
    few = (ways[0] if len(ways) == 1 else union_all(*ways)).limit(counted + 1).cte("few")
    order = list(few.c)
    page = select(order[-1]).order_by(*order).limit(most)
    if after:
        page = page.where(tuple_(*order[: len(after)]) > tuple(after))
    count = select(func.count()).select_from(few).scalar_subquery()
    ids = func.array(page.scalar_subquery(), type_=ARRAY(Uuid))
    found, shown = session.execute(select(count, case((count <= counted, ids)))).one()
    return Found(min(found, counted), found <= counted, shown or [])


def apart(ways: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """The same ways, each without what those before it find. None of them is ever unknown."""
    return [and_(way, *(not_(before) for before in ways[:place])) for place, way in enumerate(ways)]
