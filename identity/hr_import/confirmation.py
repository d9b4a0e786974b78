"""What people ask of a plan that is made: to be applied, or to be made again from mended rows."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, null, or_, select, update
from sqlalchemy.orm import Session, defer

from identity.accounts.models import Account, AccountStatus
from identity.hr_import import queries
from identity.hr_import.audit_tags import ImportAuditTag
from identity.hr_import.errors import (
    ImportDraftUnchecked,
    ImportPlanAsked,
    ImportPlanNotOpen,
    ImportPlanRevised,
    ImportPlanSealed,
    MassChangeStopped,
)
from identity.hr_import.kept_file import (
    Draft,
    open_corrections,
    open_draft,
    seal_corrections,
    seal_draft,
)
from identity.hr_import.models import ImportPlan, ImportRow, PlanStatus
from identity.hr_import.progress import forget_progress
from identity.hr_import.settings import ImportSettings
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.encryption import KeyRing
from kernel.errors import Conflict

ABANDONED = timedelta(minutes=15)
"""After so long without an end whoever asked may ask again: a worker was lost on the way."""
MAY_BE_PLANNED_AGAIN = (PlanStatus.PLANNED, PlanStatus.STALE, PlanStatus.FAILED)


def mass_change(session: Session, settings: ImportSettings, plan: ImportPlan) -> tuple[int, int]:
    """How many accounts the plan takes away and of how many; (0, 0) where nobody need be asked."""
    count = plan.totals.get("to_suspend", 0) + plan.totals.get("to_close", 0)
    in_service = select(func.count()).where(Account.status != AccountStatus.CLOSED)
    total = session.scalar(in_service) or 0
    many = count > settings.mass_change_entries or count > total * settings.mass_change_share
    return (count, total) if many and count > settings.mass_change_free else (0, 0)


def check_mass_change(session: Session, settings: ImportSettings, plan: ImportPlan) -> None:
    """The classic accident is a file that takes everybody's account away.

    Raises MassChangeStopped.
    """
    count, total = mass_change(session, settings, plan)
    if count:
        raise MassChangeStopped(count, total)


def ask_to_apply(
    session: Session, actor: Actor, plan_id: UUID, *, revision: int | None, now: datetime
) -> ImportPlan:
    """One statement takes the question, so that of two people who confirm at once one does.

    `revision` is that of the plan that was looked at. Raises ImportPlanNotFound,
    ImportPlanRevised, ImportPlanAsked, ImportPlanNotOpen, ImportDraftUnchecked.
    """
    plan = queries.get_plan(session, plan_id)
    wanted = plan.revision if revision is None else revision
    taken = session.execute(
        update(ImportPlan)
        .where(
            ImportPlan.id == plan_id,
            ImportPlan.revision == wanted,
            ImportPlan.status == PlanStatus.PLANNED,
            ImportPlan.draft_sealed.is_(None),
            _is_free(now),
        )
        .values(asked_at=now, asked_by=actor.label, failure=null())
        .returning(ImportPlan.id)
    ).scalar_one_or_none()
    session.refresh(plan)
    if taken is None:
        raise _refusal(plan, wanted)
    forget_progress(session, plan_id)
    audit.record(session, actor, ImportAuditTag.CONFIRMED, plan_id, basis_of(plan))
    return plan


def plan_again(
    session: Session,
    keys: KeyRing,
    actor: Actor,
    plan_id: UUID,
    *,
    revision: int,
    typed: Draft,
    now: datetime,
) -> ImportPlan:
    """Forget what was planned; with what was retyped, now or before, it is planned once more.

    Raises ImportPlanNotFound, ImportPlanRevised, ImportPlanAsked, ImportPlanNotOpen,
    ImportPlanSealed.
    """
    plan = queries.get_plan(session, plan_id)
    taken = session.execute(
        update(ImportPlan)
        .where(
            ImportPlan.id == plan_id,
            ImportPlan.revision == revision,
            ImportPlan.status.in_(MAY_BE_PLANNED_AGAIN),
            ImportPlan.file_sealed.is_not(None),
            _is_free(now),
        )
        .values(
            status=PlanStatus.PENDING,
            revision=ImportPlan.revision + 1,
            asked_at=now,
            failure=null(),
            totals={},
        )
        .returning(ImportPlan.id)
    ).scalar_one_or_none()
    session.refresh(plan)
    if taken is None:
        raise _refusal(plan, revision)
    draft = open_draft(keys, plan).with_more(typed)
    if draft.cells:
        seal_corrections(keys, plan, {**open_corrections(keys, plan), **draft.cells})
    plan.options = plan.options | {"confirmed": plan.options["confirmed"] | dict(draft.answers)}
    plan.draft_sealed = None
    session.execute(delete(ImportRow).where(ImportRow.plan_id == plan_id))
    forget_progress(session, plan_id)
    audit.record(
        session,
        actor,
        ImportAuditTag.CORRECTED,
        plan_id,
        basis_of(plan),
        cells=[f"{sheet}:{row}:{position}" for sheet, row, position in draft.cells],
        answers=dict(draft.answers),
    )
    return plan


def keep_draft(
    session: Session,
    keys: KeyRing,
    plan_id: UUID,
    *,
    revision: int,
    typed: Draft | None,
    now: datetime,
) -> None:
    """Keep what was retyped on a page until the whole file is checked; None drops all of it.

    Raises what `plan_again` raises.
    """
    statement = (
        select(ImportPlan)
        .where(
            ImportPlan.id == plan_id,
            ImportPlan.revision == revision,
            ImportPlan.status.in_([PlanStatus.PLANNED, PlanStatus.STALE]),
            ImportPlan.file_sealed.is_not(None),
            _is_free(now),
        )
        .options(defer(ImportPlan.file_sealed))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    plan = session.scalars(statement).one_or_none()
    if plan is None:
        raise _refusal(queries.get_plan(session, plan_id), revision)
    draft = Draft() if typed is None else open_draft(keys, plan).with_more(typed)
    seal_draft(keys, plan, draft)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(ImportPlan.asked_at.is_(None), ImportPlan.asked_at < now - ABANDONED)


def _refusal(plan: ImportPlan, revision: int) -> Conflict:
    if plan.revision != revision:
        return ImportPlanRevised()
    if plan.status is PlanStatus.PLANNED and plan.asked_at is not None:
        return ImportPlanAsked()
    if plan.status in MAY_BE_PLANNED_AGAIN and plan.file_sealed is None:
        return ImportPlanSealed()
    if plan.status is PlanStatus.PLANNED and plan.draft_sealed is not None:
        return ImportDraftUnchecked()
    return ImportPlanNotOpen(plan.status.value)


def basis_of(plan: ImportPlan) -> Basis:
    """What the person who sent the file gave as the basis of everything in it."""
    day = plan.options.get("document_date")
    return Basis(
        plan.options.get("reason") or f"import {plan.file_name}",
        plan.options.get("document_number"),
        date.fromisoformat(day) if day else None,
    )
