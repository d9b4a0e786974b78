import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from kernel import api_tokens
from kernel.access import Actor, Permission
from kernel.http import Db, Now, problems, request_id_of
from mail_admin.usage.collector import Counting, Tally
from mail_admin.usage.dovecot_log import DovecotReader
from mail_admin.usage.errors import UsageReportInvalid
from mail_admin.usage.report import read_report
from mail_admin.usage.schemas import UsageReportOut

LARGEST_REPORT_BYTES = 8 * 1024 * 1024

router = APIRouter(prefix="/usage", tags=["usage"])


async def body_of(request: Request) -> bytes:
    return await request.body()


def reporter(request: Request, db: Db, now: Now) -> Actor:
    """Whoever may report, by a bearer token or by that token as the password of Basic.

    Dovecot's exporter sends no header of our choice but takes a password in its URL.
    """
    token = token_in(request.headers.get("authorization", ""))
    if token is None:
        raise api_tokens.TokenRejected
    with db.transaction() as session:
        actor = api_tokens.actor_of_token(
            session, token, now=now, request_id=request_id_of(request)
        )
    actor.require(Permission.REPORT_USAGE)
    return actor


def token_in(header: str) -> str | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return pair.partition(":")[2] or None


@router.post("/events", responses=problems(UsageReportInvalid))
def report_events(
    request: Request,
    body: Annotated[bytes, Depends(body_of)],
    _: Annotated[Actor, Depends(reporter)],
) -> UsageReportOut:
    """Count events: a JSON object a line, of our form or of Dovecot's event exporter.

    Repeating a report is harmless; whoever gets no answer repeats it.
    """
    counting: Counting = request.app.state.usage_counting
    reader: DovecotReader = request.app.state.usage_reader
    total = Tally()
    for source, events in sorted(read_report(body, reader).items()):
        total.add(counting.count(source, events))
    return UsageReportOut(
        new=total.new, repeated=total.repeated, unknown=total.unknown, refused=total.refused
    )
