"""The figures as files: the official report, the workbook, the table."""

import enum
import io
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

from fastapi import APIRouter, Request, Response

from console.session.access import ReadsUsage
from console.usage.filters import PATH
from console.usage.routes import Wanted, keep_current, latest
from kernel.http import Db, Now
from mail_admin.rate import service
from mail_admin.rate.branch import Branch
from mail_admin.rate.errors import NoFigures
from mail_admin.rate.history import list_kept_months
from mail_admin.reports.csv_table import write_csv
from mail_admin.reports.official import write_pdf
from mail_admin.reports.selection import Selection
from mail_admin.reports.settings import ReportSettings
from mail_admin.reports.workbook import write_workbook

router = APIRouter(include_in_schema=False)


class FileKind(enum.StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


Writer = Callable[[BinaryIO, Selection, ReportSettings, datetime], None]
WRITERS: dict[FileKind, tuple[Writer, str]] = {
    FileKind.PDF: (write_pdf, "application/pdf"),
    FileKind.XLSX: (
        write_workbook,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    FileKind.CSV: (write_csv, "text/csv; charset=utf-8"),
}


@router.get(PATH + "/tep/{kind}")
def download(
    request: Request, _: ReadsUsage, db: Db, now: Now, wanted: Wanted, kind: FileKind
) -> Response:
    """Every organisation of the branch; what was read is written when the transaction is over."""
    with db.transaction() as session:
        wanted = latest(wanted, list_kept_months(session))
    if wanted.month is None:
        raise NoFigures("-")
    keep_current(request, db, now, wanted)
    with db.transaction() as session:
        report = service.report(session, wanted.wanted, wanted.scope, Branch(wanted.under))
    write, media_type = WRITERS[kind]
    out = io.BytesIO()
    write(out, Selection(report), request.app.state.reports, now)
    headers = {
        "Content-Disposition": f'attachment; filename="{_name(report.period.label, wanted.under)}'
        f'.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(out.getvalue(), media_type=media_type, headers=headers)


def _name(label: str, under: str | None) -> str:
    """Letters of codes are ASCII, but what is asked for may be anything."""
    about = f"-{under}" if under and under.isascii() and under.replace(".", "").isalnum() else ""
    return f"ty-le-su-dung-{label}{about}"
