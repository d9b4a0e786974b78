"""Which organisations of a kept tree are asked for, and reading no others."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.organisations.models import OrganisationKind
from mail_admin.rate.errors import OrganisationNotInReport
from mail_admin.rate.models import NOWHERE
from mail_admin.rate.tree import Node

KINDS = {kind.value: kind for kind in OrganisationKind}
DEEPEST = LAST = 2**31 - 1
TOP = text("""
SELECT place, last_place, depth FROM mail_admin_rate_organisation
WHERE window_id = :window_id AND code = :code ORDER BY place LIMIT 1
""")
NODES = text("""
SELECT organisation_id, parent_id, kind, name, code, depth, place >= :first AS is_within
FROM mail_admin_rate_organisation
WHERE window_id = :window_id AND (
    (place BETWEEN :first AND :last AND depth <= :deepest)
    OR (place < :first AND last_place >= :first)
    OR organisation_id = :nowhere
)
ORDER BY place
""")


@dataclass(frozen=True, slots=True)
class Branch:
    """All organisations, unless it says otherwise."""

    under: str | None = None
    """Code of the one at the top, in force on the day of the tree."""
    levels: int | None = None
    """Only so many below the top."""


EVERYTHING = Branch()


@dataclass(frozen=True, slots=True)
class Organisations:
    """A branch as it stood on the day of the tree."""

    branch: Branch
    nodes: list[Node]
    """In reading order: each before what is below it. Without what belongs to no organisation."""
    above: list[Node]
    """The line that leads down to the branch."""
    unplaced: Node | None
    """Stands for what belongs to no organisation; told with every branch."""

    @property
    def shown(self) -> list[UUID]:
        """Of which figures are wanted."""
        found = [node.id for node in self.nodes]
        return found if self.unplaced is None else [*found, NOWHERE]


def read_organisations(
    session: Session, window_id: UUID, branch: Branch = EVERYTHING
) -> Organisations:
    """Raises OrganisationNotInReport."""
    first, last, depth = 0, LAST, 0
    if branch.under is not None:
        code = branch.under.strip().upper()
        top = session.execute(TOP, {"window_id": window_id, "code": code}).one_or_none()
        if top is None:
            raise OrganisationNotInReport(branch.under)
        first, last, depth = top
    deepest = DEEPEST if branch.levels is None else depth + branch.levels
    values = {"window_id": window_id, "first": first, "last": last, "deepest": deepest}
    nodes: list[Node] = []
    above: list[Node] = []
    unplaced = None
    rows = session.execute(NODES, values | {"nowhere": NOWHERE}).all()
    for identifier, parent, kind, name, code, level, is_within in rows:
        node = Node(identifier, parent, KINDS[kind], name, code, level)
        if identifier == NOWHERE:
            unplaced = node
        else:
            (nodes if is_within else above).append(node)
    return Organisations(branch, nodes, above, unplaced)
