from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from identity.hr_import.errors import ImportPlanNotFound
from identity.hr_import.models import ImportPlan, ImportRow, Verdict


def get_plan(session: Session, plan_id: UUID) -> ImportPlan:
    """Raises ImportPlanNotFound."""
    plan = session.get(ImportPlan, plan_id, options=[defer(ImportPlan.file_sealed)])
    if plan is None:
        raise ImportPlanNotFound(plan_id)
    return plan


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
    return list(session.scalars(statement))
