from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session, defer

from identity.hr_import.errors import ImportPlanNotFound
from identity.hr_import.models import ImportPlan, ImportRow, PlanStatus, Verdict


def get_plan(session: Session, plan_id: UUID) -> ImportPlan:
    """Raises ImportPlanNotFound."""
    plan = session.get(ImportPlan, plan_id, options=[defer(ImportPlan.file_sealed)])
    if plan is None:
        raise ImportPlanNotFound(plan_id)
    return plan


def is_file_kept(session: Session, plan_id: UUID) -> bool:
    kept = select(ImportPlan.file_sealed.is_not(None)).where(ImportPlan.id == plan_id)
    return bool(session.scalar(kept))


def list_plans(session: Session, limit: int) -> list[ImportPlan]:
    """The newest first."""
    statement = (
        select(ImportPlan)
        .options(defer(ImportPlan.file_sealed))
        .order_by(ImportPlan.created_at.desc(), ImportPlan.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def list_rows(
    session: Session,
    plan_id: UUID,
    *,
    verdicts: Collection[Verdict] = (),
    reason: str | None = None,
    after: int = -1,
    limit: int | None = None,
) -> list[ImportRow]:
    """Rows in the order of the file, those after a position."""
    statement = (
        select(ImportRow)
        .options(defer(ImportRow.payload_sealed))
        .where(ImportRow.plan_id == plan_id, ImportRow.position > after)
        .order_by(ImportRow.position)
        .limit(limit)
    )
    if verdicts:
        statement = statement.where(ImportRow.verdict.in_(verdicts))
    if reason is not None:
        statement = statement.where(ImportRow.reason == reason)
    return list(session.scalars(statement))


def list_waiting(session: Session, limit: int) -> list[ImportPlan]:
    """Plans that somebody has to confirm, the oldest first."""
    statement = (
        select(ImportPlan)
        .options(defer(ImportPlan.file_sealed))
        .where(ImportPlan.status == PlanStatus.PLANNED, ImportPlan.asked_at.is_(None))
        .order_by(ImportPlan.created_at, ImportPlan.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def list_others(
    session: Session, before: tuple[datetime, UUID] | None, limit: int
) -> list[ImportPlan]:
    """Plans that wait for nobody, the newest first, those before one of them."""
    order = (ImportPlan.created_at, ImportPlan.id)
    waits = (ImportPlan.status == PlanStatus.PLANNED) & ImportPlan.asked_at.is_(None)
    statement = (
        select(ImportPlan)
        .options(defer(ImportPlan.file_sealed))
        .where(~waits)
        .order_by(*(column.desc() for column in order))
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(*order) < before)
    return list(session.scalars(statement))


def count_reasons(session: Session, plan_id: UUID) -> list[tuple[str, int]]:
    """Why rows are refused, the most frequent reason first."""
    statement = (
        select(ImportRow.reason, func.count())
        .where(ImportRow.plan_id == plan_id, ImportRow.verdict == Verdict.REFUSE)
        .group_by(ImportRow.reason)
        .order_by(func.count().desc(), ImportRow.reason)
    )
    return [(reason, count) for reason, count in session.execute(statement) if reason]


def rows_at(session: Session, plan_id: UUID, positions: Collection[int]) -> list[ImportRow]:
    statement = select(ImportRow).where(
        ImportRow.plan_id == plan_id, ImportRow.position.in_(positions)
    )
    return list(session.scalars(statement))


def find_applied_twin(session: Session, plan: ImportPlan) -> ImportPlan | None:
    """Another plan of the very same file that was applied before."""
    statement = (
        select(ImportPlan)
        .options(defer(ImportPlan.file_sealed))
        .where(
            ImportPlan.file_sha256 == plan.file_sha256,
            ImportPlan.status == PlanStatus.APPLIED,
            ImportPlan.id != plan.id,
        )
        .order_by(ImportPlan.applied_at.desc())
        .limit(1)
    )
    return session.scalar(statement)


def accounts_opened_by(plan_id: UUID) -> Select[UUID]:
    """Ids of the accounts that applying a plan opened, as a part of other statements."""
    opened: Select[UUID] = select(ImportRow.account_id).where(
        ImportRow.plan_id == plan_id, ImportRow.account_id.is_not(None)
    )  # type: ignore[assignment]  # the condition says that it is there
    return opened
