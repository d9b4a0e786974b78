"""Which organisations moved a rate: both periods by the tree of the present one."""

import enum
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from mail_admin.rate.changes import Contribution, contributions
from mail_admin.rate.queries import KeptFigures, KeptWindow
from mail_admin.rate.report import KINDS_OF_SCOPE, Parts, Report, Vectors, sum_of
from mail_admin.rate.service import ENOUGH_TO_COMPARE
from mail_admin.rate.tree import Node

SUMS = ", ".join(f"sum(figure.{name})::bigint" for name in ENOUGH_TO_COMPARE)
BY_PRESENT_TREE = text(f"""
SELECT top.organisation_id, figure.window_id, {SUMS}
FROM mail_admin_rate_organisation AS top
JOIN mail_admin_rate_organisation AS below ON below.window_id = top.window_id
    AND below.place BETWEEN top.place AND top.last_place
JOIN mail_admin_rate_figure AS figure ON figure.window_id = ANY(:windows)
    AND figure.organisation_id = below.organisation_id
WHERE top.window_id = :tree AND top.organisation_id = ANY(:tops)
    AND figure.account_kind = ANY(:kinds)
GROUP BY top.organisation_id, figure.window_id
""")
OWN = text(f"""
SELECT figure.organisation_id, figure.window_id, {SUMS}
FROM mail_admin_rate_figure AS figure
WHERE figure.window_id = ANY(:windows) AND figure.organisation_id = ANY(:tops)
    AND figure.account_kind = ANY(:kinds)
GROUP BY figure.organisation_id, figure.window_id
""")


class Mover(enum.StrEnum):
    BELOW = "below"
    """An organisation with everything below it."""
    OWN = "own"
    """The mailboxes of the organisation at the top itself."""
    OTHERS = "others"
    """What came into this branch or left it as an organisation, or belongs to none any more."""


@dataclass(frozen=True, slots=True)
class Moved:
    mover: Mover
    node: Node | None
    contribution: Contribution


def movement(
    session: Session, report: Report, top: Node | None, below: Sequence[Node]
) -> list[Moved] | None:
    """The change of the rate of `top` (of everything, if None) by what is directly below it.

    None without a rate to compare with. The contributions add up to the change.
    """
    windows = report.windows_before
    if not windows:
        return None
    earlier = _by_present_tree(session, report, windows, below)
    parts: list[tuple[Mover, Node | None, Parts, Parts]] = [
        (Mover.BELOW, node, earlier[node.id], report.parts_of(node)) for node in below
    ]
    if top is not None:
        own = _own_before(session, report, windows, top)
        parts.append((Mover.OWN, top, own, report.own_parts_of(top)))
    whole_before, whole = _whole(report)
    others_before = _less(whole_before, sum_of([one[2] for one in parts]))
    others = _less(whole, sum_of([one[3] for one in parts]))
    parts.append((Mover.OTHERS, None, others_before, others))
    found = contributions([one[2] for one in parts], [one[3] for one in parts])
    if found is None:
        return None
    return [Moved(one[0], one[1], share) for one, share in zip(parts, found, strict=True)]


def _whole(report: Report) -> tuple[Parts, Parts]:
    """Before and now."""
    if report.organisations.branch.under is None:
        return report.total_parts_before, report.total_parts
    top = report.organisations.nodes[0]
    return report.parts_before_of(top), report.parts_of(top)


def _less(whole: Parts, parts: Parts) -> Parts:
    return whole[0] - parts[0], whole[1] - parts[1]


def _by_present_tree(
    session: Session, report: Report, windows: Sequence[KeptWindow], below: Sequence[Node]
) -> Mapping[UUID, Parts]:
    values = _values(report, windows, below) | {"tree": report.last.id}
    return _parts(windows, session.execute(BY_PRESENT_TREE, values).all(), report)


def _own_before(
    session: Session, report: Report, windows: Sequence[KeptWindow], top: Node
) -> Parts:
    rows = session.execute(OWN, _values(report, windows, [top])).all()
    return _parts(windows, rows, report)[top.id]


def _values(
    report: Report, windows: Sequence[KeptWindow], tops: Sequence[Node]
) -> dict[str, list[UUID] | list[str]]:
    return {
        "windows": [kept.id for kept in windows],
        "tops": [node.id for node in tops],
        "kinds": [kind.value for kind in KINDS_OF_SCOPE[report.scope]],
    }


def _parts(
    windows: Sequence[KeptWindow], rows: Sequence[Sequence[object]], report: Report
) -> Mapping[UUID, Parts]:
    """Weighed as each window says."""
    weighing = {
        kept.id: Vectors(KeptFigures(kept, {}, {}, {}, ENOUGH_TO_COMPARE), report.scope)
        for kept in windows
    }
    found: dict[UUID, list[Parts]] = defaultdict(lambda: [(0, 0)])
    for organisation_id, window_id, *vector in rows:
        found[organisation_id].append(weighing[window_id].parts(vector))  # type: ignore[index, arg-type]
    summed: dict[UUID, Parts] = defaultdict(lambda: (0, 0))
    return summed | {place: sum_of(parts) for place, parts in found.items()}
