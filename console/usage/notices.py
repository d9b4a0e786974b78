"""Mails about mailboxes that nobody uses: to whom, and what became of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from console.pages import pages
from console.session.access import ReadsUsage
from console.usage.filters import PATH
from console.usage.wording import NOTICE_KINDS, NOTICE_STATES, NOTICE_TONES
from kernel.access import Permission
from kernel.clock import office_day
from kernel.http import Db, Now
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor
from mail_admin.reminders.models import NoticeKind, NoticeState
from mail_admin.reminders.notices import NoticeFilter, list_notices
from mail_admin.reminders.routes import reminders_of
from mail_admin.reminders.state import TO_OFFICES, read_reminding, read_ruling

router = APIRouter(include_in_schema=False)
NOTICES_PATH = PATH + "/thu-nhac"
PAGE = 50
FAILED = "failed"
"""In the address: refused, or came back."""


@router.get(NOTICES_PATH)
def show_notices(
    request: Request,
    caller: ReadsUsage,
    db: Db,
    now: Now,
    *,
    kind: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Raises CursorInvalid. Values that no release knows narrow nothing.

    The dashboard fetches the figures alone, when it stands: counting the mails of a month takes
    as long as all that it shows.
    """
    settings = reminders_of(request).settings
    chosen = NoticeKind(kind) if kind in set(NoticeKind) else None
    became = NoticeState(state) if state in set(NoticeState) else None
    wanted = NoticeFilter(chosen, became, failed=state == FAILED)
    before = _position(cursor) if cursor else None
    with db.transaction() as session:
        reminding = read_reminding(session, settings, now)
        ruling = read_ruling(session, settings, now)
        found = list_notices(session, wanted, office_day(now), limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    last = shown[-1].notice if len(found) > PAGE else None
    following = encode_cursor(last.claimed_at.isoformat(), str(last.id)) if last else None
    return pages.show(
        request,
        "usage/notices.html",
        caller,
        now,
        part="acting",
        reminding=reminding,
        ruling=ruling,
        rows=shown,
        kind=chosen,
        state=FAILED if wanted.failed else became,
        kinds=NOTICE_KINDS,
        states=NOTICE_STATES,
        tones=NOTICE_TONES,
        to_offices=TO_OFFICES,
        following=following,
        is_further=before is not None,
        may_read_accounts=caller.may(Permission.READ_ACCOUNTS),
        may_read_organisations=caller.may(Permission.READ_ORGANISATIONS),
    )


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, identifier = decode_cursor(cursor, 2)
    try:
        found = datetime.fromisoformat(at), UUID(identifier)
    except ValueError as error:
        raise CursorInvalid from error
    if found[0].tzinfo is None:
        raise CursorInvalid
    return found
