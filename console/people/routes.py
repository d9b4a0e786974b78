"""People: the list, found as one types, and the same as a file."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import StreamingResponse

from console.basis import BasisOfForm
from console.desk import OURS_ONLY
from console.pages import pages
from console.people import queries
from console.people.columns import HEADINGS
from console.people.export import write_list
from console.people.filters import PATH, Appointed, PeopleFilter, people_filter
from console.people.picking import find_candidate, find_organisations
from console.session.access import ReadsPeople
from identity.people.service import note_export
from kernel.access import Permission
from kernel.clock import office_day
from kernel.database import lift_statement_timeout
from kernel.errors import Invalid
from kernel.http import Db, Now
from sso.login.destinations import go
from theme.catalogue import _

router = APIRouter(include_in_schema=False)

EXPORT_SECONDS = 300
CHUNK = 64 * 1024
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
APPOINTED = {
    Appointed.CONCURRENTLY: _("Có kiêm nhiệm"),
    Appointed.NOWHERE: _("Không công tác ở đâu"),
}


@router.get(PATH)
def list_people(
    request: Request,
    caller: ReadsPeople,
    db: Db,
    now: Now,
    wanted: Annotated[PeopleFilter, Depends(people_filter)],
) -> Response:
    day = office_day(now)
    with db.transaction() as session:
        under = find_candidate(session, wanted.under)
        offered = find_organisations(session, wanted.unit, day)
        if wanted.under is not None and under is None:
            wanted = wanted.without_organisation()
        if len(offered) == 1 and offered[0] != under and not wanted.misread:
            return go(wanted.address(under=offered[0].id))
        if offered == [under]:
            wanted = replace(wanted, unit="")
        page = queries.list_people(session, wanted, day)
    return pages.show(
        request,
        "people/list.html",
        caller,
        now,
        part="results",
        wanted=wanted,
        page=page,
        under=under,
        offered=offered if offered != [under] else [],
        appointed=APPOINTED,
        headings=HEADINGS,
        may_manage=caller.may(Permission.MANAGE_PEOPLE),
        may_act=caller.may(Permission.MANAGE_ACCOUNTS),
    )


@router.post(PATH + "/danh-sach.xlsx", dependencies=OURS_ONLY)
def export_people(
    caller: ReadsPeople,
    db: Db,
    now: Now,
    basis: BasisOfForm,
    wanted: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """`wanted`: the query of a list. Without a reason there is no file; raises FilterUnclear."""
    if basis.faults:
        raise ReasonMissing
    asked = PeopleFilter.of_query(wanted)
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it has been sent
    with ExitStack() as unless_written, db.transaction() as session:
        unless_written.callback(file.close)
        lift_statement_timeout(session, seconds=EXPORT_SECONDS)
        rows = queries.all_people(session, asked, office_day(now))
        people = write_list(file, rows)
        note_export(session, caller.actor, people=people, wanted=asked.query, basis=basis.given())
        unless_written.pop_all()
    name = f"can-bo-{office_day(now):%Y%m%d}.xlsx"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_chunks(file), media_type=WORKBOOK, headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


class ReasonMissing(Invalid):
    code = "reason-missing"

    def __init__(self) -> None:
        super().__init__(
            "Hãy quay lại và ghi lý do xuất danh sách, từ 3 đến 500 ký tự.",
            "Go back and give a reason for the export, of 3 to 500 characters.",
            place="reason",
        )
