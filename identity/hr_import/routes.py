import json
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile

from identity.hr_import import queries, service
from identity.hr_import.confirmation import ask_to_apply, check_mass_change
from identity.hr_import.errors import (
    ImportPlanAsked,
    ImportPlanNotFound,
    ImportPlanNotOpen,
    ImportPlanRevised,
    ImportPlanSealed,
    MassChangeStopped,
    MatchesMalformed,
)
from identity.hr_import.file_errors import FileTooLarge
from identity.hr_import.jobs import ImportJobs
from identity.hr_import.models import PlanStatus, Verdict
from identity.hr_import.plan_sheet import parse_answer_key
from identity.hr_import.schemas import ApplicationIn, PlanList, PlanOut, RowOut, RowPage
from identity.hr_import.service import Importer
from identity.hr_import.table import MEBIBYTE
from kernel.clock import office_day
from kernel.http import Cursor, Db, Imports, Now, PageSize, problems
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

router = APIRouter(prefix="/imports", tags=["imports"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def importer_of(request: Request) -> Importer:
    importer: Importer = request.app.state.importer
    return importer


def jobs_of(request: Request) -> ImportJobs:
    jobs: ImportJobs = request.app.state.import_jobs
    return jobs


@router.post("", status_code=202, responses=problems(FileTooLarge, MatchesMalformed))
def receive_file(
    request: Request,
    actor: Imports,
    db: Db,
    now: Now,
    file: Annotated[UploadFile, File(description="An .xlsx or .csv file.")],
    document_number: Annotated[str | None, Form(max_length=100)] = None,
    document_date: Annotated[date | None, Form()] = None,
    as_of: Annotated[date | None, Form(description="Takes effect then; today if absent.")] = None,
    matches: Annotated[
        str | None,
        Form(
            description='JSON: row, or "row:sheet", to id of the person, or "new".',
            max_length=100_000,
        ),
    ] = None,
) -> PlanOut:
    """Keep the file; the worker plans it. Nothing is written to the registry before `apply`."""
    importer = importer_of(request)
    most = importer.settings.max_file_bytes
    name = file.filename or "unnamed"
    content = file.file.read(most + 1)
    if len(content) > most:
        size = f"{most // MEBIBYTE} MiB"
        raise FileTooLarge(f"hơn {size}", f"more than {size}", name)
    options = service.ImportOptions(
        as_of=as_of or office_day(now),
        document_number=document_number,
        document_date=document_date,
        confirmed=parse_matches(matches) if matches else {},
    )
    with db.transaction() as session:
        plan = service.receive_file(
            session, importer, actor, content, name, options=options, now=now
        )
        jobs_of(request).defer_plan(session, actor, plan.id)
        return PlanOut.model_validate(plan)


def parse_matches(text: str) -> dict[str, UUID | None]:
    """Raises MatchesMalformed."""
    try:
        answers = json.loads(text)
        return {
            parse_answer_key(key): None if who == "new" else UUID(who)
            for key, who in answers.items()
        }
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise MatchesMalformed from error


@router.get("")
def list_plans(db: Db, _: Imports, limit: PageSize = 50) -> PlanList:
    """The newest plans first."""
    with db.transaction() as session:
        plans = queries.list_plans(session, limit)
        return PlanList(items=[PlanOut.model_validate(plan) for plan in plans])


@router.get("/{plan_id}", responses=problems(ImportPlanNotFound))
def get_plan(plan_id: UUID, db: Db, _: Imports) -> PlanOut:
    with db.transaction() as session:
        return PlanOut.model_validate(queries.get_plan(session, plan_id))


@router.get("/{plan_id}/rows", responses=problems(ImportPlanNotFound, CursorInvalid))
def list_rows(
    plan_id: UUID,
    db: Db,
    _: Imports,
    verdict: Annotated[list[Verdict] | None, Query()] = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> RowPage:
    after = -1
    if cursor is not None:
        (position,) = decode_cursor(cursor, 1)
        if not position.isdecimal() or len(position) > 9:  # noqa: PLR2004  # fits an integer
            raise CursorInvalid
        after = int(position)
    with db.transaction() as session:
        queries.get_plan(session, plan_id)
        rows = queries.list_rows(
            session, plan_id, verdicts=verdict or (), after=after, limit=limit + 1
        )
    more = len(rows) > limit
    return RowPage(
        items=[RowOut.model_validate(row) for row in rows[:limit]],
        next_cursor=encode_cursor(str(rows[limit - 1].position)) if more else None,
    )


@router.get(
    "/{plan_id}/rejected",
    responses=problems(ImportPlanNotFound, ImportPlanSealed) | {200: {"content": {XLSX: {}}}},
    response_class=Response,
)
def get_rejected(plan_id: UUID, db: Db, now: Now, _: Imports, request: Request) -> Response:
    """The refused rows as the same spreadsheet, with the reason beside each."""
    content = service.rejected_rows(db, importer_of(request), plan_id, now)
    headers = {"Content-Disposition": 'attachment; filename="rejected.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


@router.post(
    "/{plan_id}/apply",
    status_code=202,
    responses=problems(
        ImportPlanNotFound,
        ImportPlanNotOpen,
        ImportPlanRevised,
        ImportPlanAsked,
        MassChangeStopped,
    ),
)
def apply_plan(
    plan_id: UUID, form: ApplicationIn, actor: Imports, db: Db, now: Now, request: Request
) -> PlanOut:
    """Have the worker write everything the plan accepts, as a whole or not at all."""
    with db.transaction() as session:
        plan = queries.get_plan(session, plan_id)
        if plan.status is not PlanStatus.PLANNED:
            raise ImportPlanNotOpen(plan.status.value)
        if not form.confirm_mass_change:
            check_mass_change(session, importer_of(request).settings, plan)
        plan = ask_to_apply(session, actor, plan_id, revision=form.revision, now=now)
        jobs_of(request).defer_apply(session, actor, plan)
        return PlanOut.model_validate(plan)
