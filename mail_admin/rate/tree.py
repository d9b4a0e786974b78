"""The organisations as they stood on a day, in reading order, and adding up along them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.organisations.models import OrganisationKind
from mail_admin.rate.models import NOWHERE

NOWHERE_NAME = "Không thuộc cơ quan nào"

TREE = """
SELECT period.organisation_id, period.parent_id, period.kind, period.name, code.code
FROM identity_organisation_period AS period
JOIN identity_organisation AS organisation ON organisation.id = period.organisation_id
LEFT JOIN LATERAL (
    SELECT code FROM identity_agency_code AS code
    WHERE code.organisation_id = period.organisation_id AND code.valid_from <= :day
    ORDER BY code.valid_from DESC, code.valid_to DESC NULLS FIRST LIMIT 1
) AS code ON true
WHERE period.valid_from <= :day AND (period.valid_to IS NULL OR period.valid_to > :day)
ORDER BY organisation.display_order, code.code, period.name, period.organisation_id
"""
PLACES_BEFORE = """
SELECT DISTINCT ON (organisation_id) organisation_id, parent_id FROM identity_organisation_period
WHERE valid_from <= :day ORDER BY organisation_id, valid_from DESC
"""


@dataclass(frozen=True, slots=True)
class Node:
    id: UUID
    parent_id: UUID | None
    """None at the top, also where the parent did not exist on that day."""
    kind: OrganisationKind
    name: str
    code: str | None
    depth: int = 0


class Tree:
    """Nodes in reading order: each before everything below it."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.by_id = {node.id: node for node in nodes}

    def line(self, organisation_id: UUID) -> list[UUID]:
        """The organisation, then everything above it, upwards; empty for one that is not there."""
        found: list[UUID] = []
        current: UUID | None = organisation_id
        while current is not None and current in self.by_id:
            found.append(current)
            current = self.by_id[current].parent_id
        return found

    def meeting(self, one: UUID, other: UUID) -> UUID | None:
        """The lowest organisation that both are under, or are."""
        above = set(self.line(one))
        return next((place for place in self.line(other) if place in above), None)

    def last_places(self) -> list[int]:
        """For each place in reading order that of the last one below it, or its own."""
        places = {node.id: place for place, node in enumerate(self.nodes)}
        found = list(range(len(self.nodes)))
        for place in reversed(found.copy()):  # whatever is below comes first
            parent = self.nodes[place].parent_id
            if parent is not None:
                above = places[parent]
                found[above] = max(found[above], found[place])
        return found

    def with_nowhere(self) -> "Tree":
        """With a last node for what has no place in the tree."""
        nowhere = Node(NOWHERE, None, OrganisationKind.OTHER, NOWHERE_NAME, None)
        return self if NOWHERE in self.by_id else Tree([*self.nodes, nowhere])


def tree_on(session: Session, day: date) -> Tree:
    """As it was, whatever was renamed, moved or merged since."""
    rows = session.execute(text(TREE), {"day": day}).all()
    return arrange(
        Node(row.organisation_id, row.parent_id, OrganisationKind(row.kind), row.name, row.code)
        for row in rows
    )


def arrange(nodes: Iterable[Node]) -> Tree:
    """In reading order, children as they come.

    Dates of several moves may leave a circle in the past: whichever of it comes first is taken
    for a top, so that nobody in it is lost.
    """
    waiting = {node.id: node for node in nodes}
    children: dict[UUID | None, list[Node]] = {}
    for node in waiting.values():
        parent = node.parent_id if node.parent_id in waiting else None
        children.setdefault(parent, []).append(node)
    ordered: list[Node] = []
    tops = [*children.get(None, ())]
    while waiting:
        top = tops.pop(0) if tops else next(iter(waiting.values()))
        stack: list[tuple[Node, UUID | None, int]] = [(top, None, 0)]
        while stack:
            node, parent, depth = stack.pop()
            if waiting.pop(node.id, None) is None:
                continue  # the circle closes here
            placed = Node(node.id, parent, node.kind, node.name, node.code, depth)
            ordered.append(placed)
            below = children.get(node.id, ())
            stack.extend((child, node.id, depth + 1) for child in reversed(below))
    return Tree(ordered)


def stand_ins(session: Session, tree: Tree, day: date) -> "StandIns":
    rows = session.execute(text(PLACES_BEFORE), {"day": day}).all()
    return StandIns(tree, {row.organisation_id: row.parent_id for row in rows})


class StandIns:
    """For organisations that are gone: the nearest one above them that is still there."""

    def __init__(self, tree: Tree, last_parents: Mapping[UUID, UUID | None]) -> None:
        self._tree = tree
        self._parents = last_parents

    def of(self, organisation_id: UUID) -> UUID | None:
        seen: set[UUID] = set()
        current: UUID | None = organisation_id
        while current is not None and current not in self._tree.by_id:
            if current in seen:
                return None
            seen.add(current)
            current = self._parents.get(current)
        return current


def rolled_up(tree: Tree, own: Mapping[UUID, Sequence[int]], width: int) -> dict[UUID, list[int]]:
    """Each organisation's own vector with those of everything below it, exactly."""
    sums = {node.id: list(own.get(node.id, [0] * width)) for node in tree.nodes}
    for node in reversed(tree.nodes):  # whatever is below comes first
        if node.parent_id is not None:
            sums[node.parent_id] = list(map(add, sums[node.parent_id], sums[node.id]))
    return sums
