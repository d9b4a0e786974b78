"""The lists that were sent: what waits for somebody, and what became of the others."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from console.imports import labels
from console.imports.addresses import PATH
from console.pages import pages
from console.session.access import Imports
from identity.hr_import import queries
from identity.hr_import.kinds import SheetKind
from identity.hr_import.templates import write_template
from kernel.http import Db, Now
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

router = APIRouter(include_in_schema=False)

PAGE = 30
MOST_WAITING = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(PATH)
def list_plans(
    request: Request,
    caller: Imports,
    db: Db,
    now: Now,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    before = _position(cursor) if cursor else None
    with db.transaction() as session:
        waiting = queries.list_waiting(session, MOST_WAITING) if cursor is None else []
        others = queries.list_others(session, before, PAGE + 1)
    shown = others[:PAGE]
    last = shown[-1] if len(others) > PAGE else None
    return pages.show(
        request,
        "imports/list.html",
        caller,
        now,
        labels=labels,
        waiting=waiting,
        others=shown,
        is_first=cursor is None,
        next_cursor=last and encode_cursor(last.created_at.isoformat(), str(last.id)),
    )


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, identifier = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at), UUID(identifier)
    except ValueError as error:
        raise CursorInvalid from error


@router.get(PATH + "/mau/{kind}")
def get_template(kind: SheetKind, _: Imports) -> Response:
    name = f'attachment; filename="mau-{kind.value}.xlsx"'
    return Response(write_template(kind), media_type=XLSX, headers={"Content-Disposition": name})
