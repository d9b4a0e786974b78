"""Comparisons in the background: asked for, looked at while they run, their result mended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from identity.directory.comparison import (
    REPAIRABLE,
    Comparison,
    DriftKind,
    Stage,
    compare,
    mark_for_repair,
)
from identity.directory.comparison_models import (
    ComparisonStanding,
    DirectoryComparison,
    DirectoryDifference,
)
from identity.directory.gateway import LdapDirectory
from kernel.access import Actor, Permission
from kernel.audit import Basis
from kernel.clock import Clock
from kernel.database import Database, copy_rows, lift_statement_timeout
from kernel.errors import Conflict, DomainError, NotFound, Unavailable
from kernel.jobs import JobStanding
from kernel.jobs import standing_of as standing_of_job

KEPT = 10
SCHEDULE = "directory schedule"
"""Who asks for those that nobody asked for."""
SECONDS_BETWEEN = 0.4
"""Each word of progress is a commit; nobody sees more than two in a second."""
STORING_SECONDS = 60
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('identity_directory_comparison'))")
COLUMNS = ("comparison_id", "position", "kind", "dn", "attributes", "row_kind", "row_id")
LIVE = {ComparisonStanding.WAITING, ComparisonStanding.RUNNING}
OF_JOBS = {
    JobStanding.WAITING: ComparisonStanding.WAITING,
    JobStanding.RUNNING: ComparisonStanding.RUNNING,
    JobStanding.FAILED: ComparisonStanding.FAILED,
    JobStanding.INTERRUPTED: ComparisonStanding.INTERRUPTED,
    JobStanding.OVER: ComparisonStanding.INTERRUPTED,
}
"""Of one that has not ended yet."""


class ComparisonNotFound(NotFound):
    code = "directory-comparison-not-found"

    def __init__(self) -> None:
        super().__init__("Không có lần đối chiếu nào như vậy.", "There is no such comparison.")


class NothingToRepair(Conflict):
    code = "directory-nothing-to-repair"

    def __init__(self) -> None:
        super().__init__(
            "Không còn sai lệch nào sửa được: đã cho ghi lại, hoặc không phải của hệ thống.",
            "Nothing is left that can be repaired: it is being written again, or is not ours.",
        )


class NotCompared(Unavailable):
    code = "directory-not-compared"

    def __init__(self) -> None:
        super().__init__(
            "Chưa đối chiếu được thư mục; hệ thống tự thử lại.",
            "The directory could not be compared; it is tried again.",
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Differences of one kind."""

    count: int = 0
    asked: int = 0
    """Of which somebody has had so many written again."""


def ask_comparison(
    session: Session, actor: Actor, defer: Callable[[Session, UUID], int], now: datetime
) -> DirectoryComparison:
    """The one that is under way, if there is one: two at once would tell nobody more."""
    actor.require(Permission.MANAGE_DIRECTORY)
    session.execute(ONE_AT_A_TIME)
    for known in list_comparisons(session):
        if standing_of(session, known) in LIVE:
            return known
    comparison_id = uuid4()
    comparison = DirectoryComparison(
        id=comparison_id,
        asked_at=now,
        asked_by=actor.label,
        job_id=defer(session, comparison_id),
    )
    session.add(comparison)
    session.flush()
    return comparison


def get_comparison(session: Session, comparison_id: UUID) -> DirectoryComparison:
    """Raises ComparisonNotFound."""
    found = session.get(DirectoryComparison, comparison_id)
    if found is None:
        raise ComparisonNotFound
    return found


def list_comparisons(session: Session) -> list[DirectoryComparison]:
    """The newest first."""
    statement = select(DirectoryComparison).order_by(
        DirectoryComparison.asked_at.desc(), DirectoryComparison.id
    )
    return list(session.scalars(statement.limit(KEPT)))


def newest_comparison(session: Session) -> DirectoryComparison | None:
    return next(iter(list_comparisons(session)), None)


def newest_result(session: Session) -> DirectoryComparison | None:
    """The last one that came to its end."""
    return next(
        (one for one in list_comparisons(session) if one.finished_at and not one.failure), None
    )


def standing_of(session: Session, comparison: DirectoryComparison) -> ComparisonStanding:
    if comparison.finished_at is not None:
        return ComparisonStanding.FAILED if comparison.failure else ComparisonStanding.DONE
    return OF_JOBS[standing_of_job(session, comparison.job_id)]


def count_differences(session: Session, comparison_id: UUID) -> dict[DriftKind, Found]:
    """Of each kind, in the order of the kinds."""
    statement = (
        select(
            DirectoryDifference.kind,
            func.count(),
            func.count(DirectoryDifference.repair_asked_at),
        )
        .where(DirectoryDifference.comparison_id == comparison_id)
        .group_by(DirectoryDifference.kind)
    )
    counts = {kind: Found(count, asked) for kind, count, asked in session.execute(statement)}
    return {kind: counts.get(kind, Found()) for kind in DriftKind}


def list_differences(
    session: Session, comparison_id: UUID, *, kind: DriftKind | None, after: int, limit: int
) -> list[DirectoryDifference]:
    statement = select(DirectoryDifference).where(
        DirectoryDifference.comparison_id == comparison_id, DirectoryDifference.position > after
    )
    if kind is not None:
        statement = statement.where(DirectoryDifference.kind == kind)
    return list(session.scalars(statement.order_by(DirectoryDifference.position).limit(limit)))


def to_repair(
    session: Session, comparison_id: UUID, position: int | None = None
) -> list[DirectoryDifference]:
    """What can be mended and nobody has asked for; of one entry, or of all."""
    statement = select(DirectoryDifference).where(
        DirectoryDifference.comparison_id == comparison_id,
        DirectoryDifference.kind.in_(REPAIRABLE),
        DirectoryDifference.row_id.is_not(None),
        DirectoryDifference.repair_asked_at.is_(None),
    )
    if position is not None:
        statement = statement.where(DirectoryDifference.position == position)
    return list(session.scalars(statement.order_by(DirectoryDifference.position)))


def repair(
    session: Session,
    actor: Actor,
    wanted: Sequence[DirectoryDifference],
    basis: Basis,
    now: datetime,
) -> int:
    """Have entries written again; what the registry says by then counts, not what was found.

    Raises NothingToRepair.
    """
    if not wanted:
        raise NothingToRepair
    comparison = Comparison(drifts=[difference.drift for difference in wanted])
    count = mark_for_repair(session, actor, comparison, basis)
    session.execute(
        update(DirectoryDifference)
        .where(
            DirectoryDifference.comparison_id == wanted[0].comparison_id,
            DirectoryDifference.position == func.any([one.position for one in wanted]),
        )
        .values(repair_asked_at=now)
        .execution_options(synchronize_session=False)
    )
    return count


class Told:
    """Progress, written down for whoever watches."""

    def __init__(self, database: Database, comparison_id: UUID) -> None:
        self._database = database
        self._comparison_id = comparison_id
        self._stage: Stage | None = None
        self._next = 0.0

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        if stage is self._stage and time.monotonic() < self._next:
            return
        self._stage, self._next = stage, time.monotonic() + SECONDS_BETWEEN
        said = {"stage": stage, "done": min(done, total), "total": total}
        mine = DirectoryComparison.id == self._comparison_id
        with self._database.transaction() as session:
            session.execute(update(DirectoryComparison).where(mine).values(said))


def run_comparison(
    database: Database, directory: LdapDirectory, base_dn: str, clock: Clock, comparison_id: UUID
) -> Comparison | None:
    """None when it ended without a result, which is then noted, or when another one runs."""
    with database.transaction() as session:
        if not _begin(session, comparison_id):
            return None
    told = Told(database, comparison_id)
    told(Stage.READING, 0, 0)
    try:
        comparison = compare(database, directory, base_dn, clock, told)
    except DomainError as error:  # the directory does not answer, or refuses
        with database.transaction() as session:
            _end(session, comparison_id, clock(), failure=error.code)
        return None
    with database.transaction() as session:
        lift_statement_timeout(session, seconds=STORING_SECONDS)
        _store(session, comparison_id, comparison)
        _end(session, comparison_id, clock(), compared=comparison.compared)
        _forget_old(session)
    return comparison


def _begin(session: Session, comparison_id: UUID) -> bool:
    """What an earlier attempt ended with is over. False when another one runs."""
    session.execute(ONE_AT_A_TIME)
    for other in list_comparisons(session):
        is_running = standing_of(session, other) is ComparisonStanding.RUNNING
        if is_running and other.id != comparison_id:
            return False
    mine = DirectoryComparison.id == comparison_id
    session.execute(update(DirectoryComparison).where(mine).values(finished_at=None, failure=None))
    return True


def find_of_job(session: Session, job_id: int) -> DirectoryComparison | None:
    return next((one for one in list_comparisons(session) if one.job_id == job_id), None)


def is_superseded(session: Session, comparison: DirectoryComparison) -> bool:
    """Whether a later one has a result."""
    newest = newest_result(session)
    return newest is not None and newest.asked_at > comparison.asked_at


def _store(session: Session, comparison_id: UUID, comparison: Comparison) -> None:
    mine = DirectoryDifference.comparison_id == comparison_id
    session.execute(delete(DirectoryDifference).where(mine))
    rows = (
        (
            comparison_id,
            position,
            drift.kind.value,
            drift.dn,
            Jsonb(list(drift.attributes)),
            drift.row[0].value if drift.row else None,
            drift.row[1] if drift.row else None,
        )
        for position, drift in enumerate(comparison.drifts)
    )
    copy_rows(session, DirectoryDifference.__tablename__, COLUMNS, rows)


def _end(
    session: Session,
    comparison_id: UUID,
    now: datetime,
    *,
    failure: str | None = None,
    compared: int = 0,
) -> None:
    comparison = get_comparison(session, comparison_id)
    comparison.finished_at, comparison.failure, comparison.compared = now, failure, compared


def _forget_old(session: Session) -> None:
    kept = [one.id for one in list_comparisons(session)]
    session.execute(delete(DirectoryComparison).where(DirectoryComparison.id.not_in(kept)))
