"""One list: how far it is, what it would do, and its rows with every error at its cell."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from console.desk import OURS_ONLY, Desk, ImportDesk
from console.imports import labels
from console.imports.addresses import PLAN_PATH, plan_address
from console.imports.corrections import corrected, typed_in
from console.imports.grid import Grid, GridFilter, grid_filter, grid_of, position
from console.imports.handing_over import letters_of_plan
from console.imports.list_routes import XLSX
from console.imports.tools import Jobs, Tools
from console.imports.watching import STATEMENT, standing_of
from console.session.access import Imports
from identity.hr_import import queries, service
from identity.hr_import.audit_tags import ImportAuditTag
from identity.hr_import.confirmation import basis_of, keep_draft, plan_again
from identity.hr_import.errors import ImportPlanRevised, NothingCorrected
from identity.hr_import.mending import give_up_plan
from identity.hr_import.models import PlanStatus
from identity.hr_import.service import Importer
from kernel import audit
from kernel.access import Permission
from kernel.database import ask
from kernel.errors import DomainError
from kernel.http import Db, Now, status_of
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)

WITH_ROWS = (PlanStatus.PLANNED, PlanStatus.APPLIED, PlanStatus.STALE)


@router.get(PLAN_PATH)
def show_plan(
    desk: ImportDesk,
    tools: Tools,
    plan_id: UUID,
    wanted: Annotated[GridFilter, Depends(grid_filter)],
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return _plan_page(desk, tools, plan_id=plan_id, wanted=wanted, done=done)


def _plan_page(
    desk: Desk,
    tools: Importer,
    *,
    plan_id: UUID,
    wanted: GridFilter,
    done: str = "",
    faults: Sequence[Fault] = (),
    status_code: int | None = None,
) -> Response:
    grid: Grid | None = None
    with desk.db.transaction() as session:
        plan = queries.get_plan(session, plan_id)
        (row,) = ask(session, STATEMENT, {"plan_id": plan_id})
        standing = standing_of(row, desk.now)
        if plan.status in WITH_ROWS and not plan.is_busy:
            grid = grid_of(session, tools.keys, plan, wanted, desk.today)
            if any(row.is_open for row in grid.rows):
                audit.record(
                    session,
                    desk.actor,
                    ImportAuditTag.ROW_SHOWN,
                    plan_id,
                    basis_of(plan),
                    position=wanted.opened,
                )
        reasons = queries.count_reasons(session, plan_id) if grid else []
        is_kept = queries.is_file_kept(session, plan_id)
        twin = queries.find_applied_twin(session, plan) if plan.is_open else None
        letters = letters_of_plan(session, plan) if plan.status is PlanStatus.APPLIED else None
    return desk.show(
        "imports/plan.html",
        status_code=status_code,
        plan=plan,
        standing=standing,
        grid=grid,
        wanted=wanted,
        reasons=reasons,
        twin=twin,
        is_kept=is_kept,
        letters=letters,
        labels=labels,
        done=done,
        faults=faults,
        may_hand_over=desk.caller.may(Permission.MANAGE_ACCOUNTS),
    )


async def form_of(request: Request) -> FormData:
    return await request.form(max_fields=2000)


@router.post(PLAN_PATH + "/sua", dependencies=OURS_ONLY)
def correct(
    desk: ImportDesk,
    tools: Tools,
    jobs: Jobs,
    plan_id: UUID,
    form: Annotated[FormData, Depends(form_of)],
    wanted: Annotated[GridFilter, Depends(grid_filter)],
) -> Response:
    try:
        typed = typed_in(form)
        with desk.db.transaction() as session:
            plan = queries.get_plan(session, plan_id)
            if plan.revision != typed.revision:
                raise ImportPlanRevised
            found = corrected(session, tools.keys, plan, typed)
            if typed.drop or typed.keep is not None:
                kept = None if typed.drop else found
                keep_draft(
                    session, tools.keys, plan_id, revision=typed.revision, typed=kept, now=desk.now
                )
                return go(plan_address(plan_id) + _from(wanted, typed.keep))
            if not found and not typed.again and plan.draft_sealed is None:
                raise NothingCorrected
            plan_again(
                session,
                tools.keys,
                desk.actor,
                plan_id,
                revision=typed.revision,
                typed=found,
                now=desk.now,
            )
            jobs.defer_plan(session, desk.actor, plan_id)
    except DomainError as error:
        return _plan_page(
            desk,
            tools,
            plan_id=plan_id,
            wanted=wanted,
            faults=faults_of(error),
            status_code=status_of(error),
        )
    return go(plan_address(plan_id))


def _from(wanted: GridFilter, after: str | None) -> str:
    """The rows that come next, or the same ones."""
    number = position(after or "")
    changed = {"opened": None} | ({} if number is None else {"after": number})
    return wanted.query(**changed)


@router.post(PLAN_PATH + "/bo", dependencies=OURS_ONLY)
def give_up(
    desk: ImportDesk,
    tools: Tools,
    plan_id: UUID,
    revision: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> Response:
    """Nothing was written; the file goes."""

    def write(session: Session) -> None:
        give_up_plan(session, desk.actor, plan_id, revision=revision)

    faults = desk.tried(write)
    if not faults:
        return go(plan_address(plan_id))
    return _plan_page(
        desk,
        tools,
        plan_id=plan_id,
        wanted=GridFilter(),
        faults=faults,
        status_code=409,
    )


@router.get(PLAN_PATH + "/tu-choi.xlsx")
def get_rejected(db: Db, now: Now, tools: Tools, _: Imports, plan_id: UUID) -> Response:
    """The refused rows as the same spreadsheet, with the reason beside each."""
    content = service.rejected_rows(db, tools, plan_id, now)
    headers = {"Content-Disposition": 'attachment; filename="dong-bi-tu-choi.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)
