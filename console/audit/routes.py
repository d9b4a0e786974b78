"""The audit trail: searched, one record, and as a file."""

import enum
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from console.audit import queries
from console.audit.details import details_of, ids_in
from console.audit.export import csv_lines
from console.audit.filters import PATH, AuditFilter, audit_filter
from console.audit.subjects import names_of
from console.audit.words import TAGS, tag_in_words
from console.pages import pages
from console.session.access import ReadsAudit
from console.unclear import FilterUnclear
from kernel import audit
from kernel.access import ActorKind
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.http import Db, Now
from theme.catalogue import _
from theme.language import language_of

router = APIRouter(include_in_schema=False)
Wanted = Annotated[AuditFilter, Depends(audit_filter)]
KINDS = {
    ActorKind.OPERATOR: _("Tại máy chủ"),
    ActorKind.MACHINE: _("Chương trình"),
    ActorKind.ACCOUNT: _("Tài khoản"),
    ActorKind.SYSTEM: _("Hệ thống"),
}
LARGEST_ID = 2**63 - 1


class AuditTrailTag(enum.StrEnum):
    EXPORTED = "audit:exported"


@router.get(PATH)
def list_records(
    request: Request, caller: ReadsAudit, db: Db, now: Now, wanted: Wanted
) -> Response:
    with db.transaction() as session:
        page = queries.list_records(session, wanted)
    return pages.show(
        request,
        "audit/list.html",
        caller,
        now,
        part="results",
        wanted=wanted,
        page=page,
        tags=TAGS,
        kinds=KINDS,
        tag_in_words=tag_in_words,
    )


@router.get(f"{PATH}/xuat.csv")
def export(request: Request, caller: ReadsAudit, db: Db, now: Now, wanted: Wanted) -> Response:
    """What the filter finds; that it was taken out is recorded first. Raises FilterUnclear."""
    if wanted.unclear:
        raise FilterUnclear(wanted.unclear)
    reason = Basis("xuất nhật ký từ trang quản trị")
    with db.transaction() as session:
        audit.record(
            session, caller.actor, AuditTrailTag.EXPORTED, None, reason, filter=wanted.values
        )
    name = f"nhat-ky-{office_day(now):%Y%m%d}.csv"
    return StreamingResponse(
        csv_lines(db, wanted, language_of(request)),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.get(f"{PATH}/{{record_id}}")
def show_record(
    request: Request,
    caller: ReadsAudit,
    db: Db,
    now: Now,
    record_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
) -> Response:
    with db.transaction() as session:
        record = queries.get_record(session, record_id)
        ids = ids_in(record.details) | ({record.subject_id} if record.subject_id else set())
        named = names_of(session, ids) if ids else {}
    return pages.show(
        request,
        "audit/record.html",
        caller,
        now,
        record=record,
        subject=named.get(record.subject_id) if record.subject_id else None,
        details=details_of(record, named, language_of(request), now),
        kinds=KINDS,
        tag_in_words=tag_in_words,
    )
