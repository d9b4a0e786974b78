"""The mailboxes behind a number: who counts, as what, and why."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from console.pages import pages
from console.session.access import ReadsUsage
from console.usage.filters import PATH
from console.usage.routes import Wanted, choices, latest, show_nothing
from console.usage.view import mailboxes_address
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.paging import decode_cursor, encode_cursor
from mail_admin.rate import listing, queries
from mail_admin.rate.branch import Branch, read_organisations
from mail_admin.rate.definition import formula
from mail_admin.rate.history import list_kept_months
from mail_admin.rate.roster import MailboxState

router = APIRouter(include_in_schema=False)
PAGE = 50


@router.get(PATH + "/hop-thu")
def list_mailboxes(
    request: Request,
    caller: ReadsUsage,
    db: Db,
    now: Now,
    wanted: Wanted,
    *,
    state: Annotated[str, Query(max_length=20)] = "",
    own: Annotated[str, Query(max_length=1)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Raises OrganisationNotInReport, CursorInvalid."""
    chosen = MailboxState(state) if state in set(MailboxState) else MailboxState.ISSUED
    after = decode_cursor(cursor, 1)[0] if cursor else ""
    with db.transaction() as session:
        months = list_kept_months(session)
        wanted = latest(wanted, months)
        known = queries.load_windows(session, [wanted.month] if wanted.month else [])
        if not known:
            return show_nothing(request, caller, now, wanted, months)
        kept = known[0]
        organisations = read_organisations(
            session, kept.id, Branch(wanted.under, 0 if own else None)
        )
        rows = listing.list_mailboxes(
            session,
            kept,
            organisations.nodes,
            chosen,
            scope=wanted.scope,
            after=after,
            limit=PAGE + 1,
        )
    shown = rows[:PAGE]
    code = wanted.under or organisations.nodes[0].code or ""
    following = encode_cursor(shown[-1].login) if len(rows) > PAGE else None
    below = not own
    return pages.show(
        request,
        "usage/mailboxes.html",
        caller,
        now,
        kept=kept,
        top=organisations.nodes[0],
        above=[node for node in organisations.above if node.code],
        rows=shown,
        state=chosen,
        own=own,
        formula=formula(kept.settings),
        first_address=mailboxes_address(wanted, code, chosen, below=below) if cursor else None,
        more_address=(
            mailboxes_address(wanted, code, chosen, below=below, cursor=following)
            if following
            else None
        ),
        may_read_people=caller.may(Permission.READ_PEOPLE),
        may_read_accounts=caller.may(Permission.READ_ACCOUNTS),
        **choices(wanted, months),
    )
