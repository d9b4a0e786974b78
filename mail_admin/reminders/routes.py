from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from identity.organisations.errors import OrganisationNotFound
from identity.organisations.queries import get_organisation, list_subtree
from kernel.clock import office_day
from kernel.http import Cursor, Db, ManagesAccounts, Now, PageSize, ReadsUsage, problems
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor
from mail_admin.reminders import notices, rules
from mail_admin.reminders.calendar import is_quiet
from mail_admin.reminders.errors import MassLockStopped, RulesOff
from mail_admin.reminders.models import NoticeKind, NoticeState
from mail_admin.reminders.notices import NoticeFilter
from mail_admin.reminders.schemas import (
    AppliedOut,
    ApplyIn,
    CandidateOut,
    CandidatePage,
    DueOut,
    DuePage,
    ExceptedOut,
    ExceptedPage,
    LockedOut,
    LockedPage,
    NoticeOut,
    NoticePage,
    RulesOut,
)
from mail_admin.reminders.service import Reminders

router = APIRouter(prefix="/usage", tags=["acting on unused mailboxes"])


def reminders_of(request: Request) -> Reminders:
    reminders: Reminders = request.app.state.reminders
    return reminders


Row = TypeVar("Row")
Acting = Annotated[Reminders, Depends(reminders_of)]


def page_of(
    rows: Sequence[Row], key: Callable[[Row], str], cursor: str | None, limit: int
) -> tuple[list[Row], str | None]:
    """Rows after the cursor in the order of their keys. Raises CursorInvalid."""
    after = decode_cursor(cursor, 1)[0] if cursor is not None else ""
    left = sorted((row for row in rows if key(row) > after), key=key)
    shown = left[:limit]
    return shown, encode_cursor(key(shown[-1])) if len(left) > limit else None


@router.get("/rules")
def get_rules(acting: Acting, _: ReadsUsage) -> RulesOut:
    """The rule that locks unused mailboxes, what it would do now, and whether its brake holds."""
    return RulesOut.of(acting.rule_state())


@router.get("/rules/candidates", responses=problems(CursorInvalid))
def list_candidates(
    acting: Acting,
    now: Now,
    _: ReadsUsage,
    *,
    ready: Annotated[
        bool | None, Query(description="Only those to be locked now, or only those that wait.")
    ] = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> CandidatePage:
    """Whom the rule would lock today, and who waits for a notice first, by login."""
    found = [one for one in acting.candidates() if ready is None or one.is_ready is ready]
    shown, following = page_of(found, lambda one: one.mailbox.login, cursor, limit)
    today = office_day(now)
    return CandidatePage(
        items=[CandidateOut.of(one, today) for one in shown], next_cursor=following
    )


@router.get("/rules/exceptions", responses=problems(CursorInvalid))
def list_exceptions(
    acting: Acting, now: Now, _: ReadsUsage, limit: PageSize = 50, cursor: Cursor = None
) -> ExceptedPage:
    """Mailboxes idle for long enough that the rule leaves alone, with the ground, by login."""
    shown, following = page_of(acting.excepted(), lambda one: one.mailbox.login, cursor, limit)
    today = office_day(now)
    return ExceptedPage(items=[ExceptedOut.of(one, today) for one in shown], next_cursor=following)


@router.post("/rules/apply", responses=problems(RulesOff, MassLockStopped))
def apply_rules(form: ApplyIn, acting: Acting, actor: ManagesAccounts) -> AppliedOut:
    """Lock what the rule says, as the worker does every morning; reinstating undoes it.

    Each mailbox is locked in a transaction of its own: repeating it goes on where it ended.
    """
    return AppliedOut.of(acting.apply_rules(actor, confirm_mass=form.confirm_mass_change))


@router.get("/locked", responses=problems(OrganisationNotFound, CursorInvalid))
def list_locked(
    acting: Acting,
    db: Db,
    now: Now,
    _: ReadsUsage,
    organisation_id: Annotated[
        UUID | None, Query(description="Those of an organisation and everything below it.")
    ] = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> LockedPage:
    """Mailboxes that a rule locked and nobody has reinstated since, by login.

    Each organisation gets its own by mail every quarter: notices of kind `quarterly`.
    """
    with db.transaction() as session:
        found = rules.list_locked(session, now)
        if organisation_id is not None:
            places = set(list_subtree(session, get_organisation(session, organisation_id).id))
            found = [mailbox for mailbox in found if mailbox.place_id in places]
    shown, following = page_of(found, lambda mailbox: mailbox.login, cursor, limit)
    chosen = acting.settings.rules
    return LockedPage(
        items=[LockedOut.of(mailbox, chosen) for mailbox in shown], next_cursor=following
    )


@router.get("/notices", responses=problems(CursorInvalid))
def list_notices(
    db: Db,
    now: Now,
    _: ReadsUsage,
    kind: NoticeKind | None = None,
    state: NoticeState | None = None,
    subject_id: Annotated[UUID | None, Query(description="Account or organisation.")] = None,
    since: date | None = None,
    until: Annotated[date | None, Query(description="The last day, counted.")] = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> NoticePage:
    """Mails that were sent to people and offices, and those that were refused; the latest first."""
    before = _moment_in(cursor) if cursor is not None else None
    wanted = NoticeFilter(kind, state, subject_id, since, until)
    with db.transaction() as session:
        views = notices.list_notices(
            session, wanted, office_day(now), limit=limit + 1, before=before
        )
        shown = [NoticeOut.of(view) for view in views[:limit]]
    last = views[limit - 1].notice if len(views) > limit else None
    return NoticePage(
        items=shown,
        next_cursor=encode_cursor(last.claimed_at.isoformat(), str(last.id)) if last else None,
    )


def _moment_in(cursor: str) -> tuple[datetime, UUID]:
    moment, identifier = decode_cursor(cursor, 2)
    try:
        found = datetime.fromisoformat(moment), UUID(identifier)
    except ValueError:
        raise CursorInvalid from None
    if found[0].tzinfo is None:
        raise CursorInvalid
    return found


@router.get("/notices/due", responses=problems(CursorInvalid))
def list_due(
    acting: Acting, now: Now, _: ReadsUsage, limit: PageSize = 50, cursor: Cursor = None
) -> DuePage:
    """Mails that the next run of the worker sends. Nothing is sent by asking."""
    found = acting.due()
    shown, following = page_of(
        found, lambda mail: f"{mail.claim.kind.value} {mail.claim.subject_id}", cursor, limit
    )
    settings = acting.settings
    return DuePage(
        enabled=settings.enabled,
        quiet=is_quiet(settings, now),
        items=[DueOut.of(mail) for mail in shown],
        next_cursor=following,
    )
