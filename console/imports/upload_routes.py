"""A new list: the file is kept, sealed, and read by the worker."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from sqlalchemy.orm import Session

from console.desk import OURS_ONLY
from console.imports.addresses import NEW_PATH, plan_address
from console.imports.tools import Jobs, Tools
from console.once import MakesOnce
from console.pages import pages
from console.session.access import Imports
from identity.hr_import import service
from identity.hr_import.errors import FileMissing
from identity.hr_import.file_errors import FileTooLarge
from identity.hr_import.models import ImportPlan
from identity.hr_import.reader import refuse_at_the_door
from identity.hr_import.service import Importer, ImportOptions
from identity.hr_import.table import MEBIBYTE
from kernel.clock import office_day
from kernel.errors import DomainError
from kernel.http import Db, Now
from kernel.messages import Message
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)

SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class Typed:
    as_of: str
    reason: str = ""
    document_number: str = ""
    document_date: str = ""


def typed_form(
    now: Now,
    as_of: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    document_number: Annotated[str, Form(max_length=100)] = "",
    document_date: Annotated[str, Form(max_length=20)] = "",
) -> Typed:
    return Typed(
        as_of.strip() or office_day(now).isoformat(),
        reason.strip(),
        document_number.strip(),
        document_date.strip(),
    )


@router.get(NEW_PATH)
def show_form(request: Request, caller: Imports, now: Now, tools: Tools) -> Response:
    typed = Typed(office_day(now).isoformat())
    return pages.show(request, "imports/new.html", caller, now, **_shown(typed, tools))


def _shown(typed: Typed, tools: Importer, faults: list[Fault] | None = None) -> dict[str, Any]:
    most = tools.settings.max_file_bytes
    return {"typed": typed, "faults": faults or [], "most": most // MEBIBYTE, "most_bytes": most}


@router.post(NEW_PATH, dependencies=OURS_ONLY)
def receive(
    request: Request,
    caller: Imports,
    db: Db,
    now: Now,
    tools: Tools,
    jobs: Jobs,
    typed: Annotated[Typed, Depends(typed_form)],
    once: MakesOnce,
    file: Annotated[UploadFile | str | None, File()] = None,
) -> Response:
    options, faults = _options(typed)
    try:
        name, content = _content(file, tools)
    except DomainError as error:
        faults.extend(Fault(fault.message, "file") for fault in faults_of(error))

    def write(session: Session) -> None:
        assert options is not None  # noqa: S101  # there are no faults
        service.receive_file(
            session,
            tools,
            caller.actor,
            content,
            name,
            options=options,
            now=now,
            plan_id=once.id,
        )
        jobs.defer_plan(session, caller.actor, once.id)

    faults = once.tried(db, ImportPlan, write, faults)
    if faults:
        shown = _shown(typed, tools, faults)
        return pages.show(request, "imports/new.html", caller, now, status_code=422, **shown)
    return go(plan_address(once.id))


def _options(typed: Typed) -> tuple[ImportOptions | None, list[Fault]]:
    faults = []
    days = {"as_of": typed.as_of, "document_date": typed.document_date}
    read: dict[str, date | None] = dict.fromkeys(days)
    for place, text in days.items():
        try:
            read[place] = date.fromisoformat(text) if text else None
        except ValueError:
            faults.append(Fault(DATE_WRONG, place))
    if len(typed.reason) < SHORTEST_REASON:
        faults.append(Fault(REASON_SHORT, "reason"))
    if read["as_of"] is None:
        return None, faults
    options = ImportOptions(
        as_of=read["as_of"],
        reason=typed.reason,
        document_number=typed.document_number or None,
        document_date=read["document_date"],
    )
    return options, faults


DATE_WRONG = Message(
    "Ngày không có thật; hãy chọn lại.", "There is no such day; choose another one."
)
REASON_SHORT = Message("Hãy ghi lý do (ít nhất 3 ký tự).", "Give a reason (3 characters or more).")


def _content(file: UploadFile | str | None, tools: Importer) -> tuple[str, bytes]:
    """Raises FileMissing, FileRefused for what shows at once."""
    if file is None or isinstance(file, str) or not file.filename:
        raise FileMissing
    name = file.filename.replace("\0", "")
    most = tools.settings.max_file_bytes
    content = file.file.read(most + 1)
    if len(content) > most:
        size = f"{most // MEBIBYTE} MiB"
        raise FileTooLarge(f"hơn {size}", f"more than {size}", name)
    refuse_at_the_door(content, name, tools.settings)
    return name, content
