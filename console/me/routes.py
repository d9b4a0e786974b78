"""The part of "my account" that tells of mail, beside the pages of single sign-on."""

from fastapi import APIRouter, Request, Response

from console import words
from console.me.queries import own_mailbox
from kernel.clock import office_day
from kernel.http import Db, Now
from mail_admin.rate.definition import formula
from mail_admin.rate.one_mailbox import Why
from mail_admin.rate.settings import UsageRateSettings
from sso.account import texts
from sso.account.frame import frame_of
from sso.account.pages import show
from sso.account.queries import custody_of
from sso.http import SignOn
from sso.login.destinations import MAILBOX_PATH
from theme.language import language_of

router = APIRouter(include_in_schema=False)
WHY = {
    Why.USED: texts.WHY_USED,
    Why.TOO_FEW: texts.WHY_TOO_FEW,
    Why.POLLING_ONLY: texts.WHY_POLLING,
    Why.NOTHING: texts.WHY_NOTHING,
}


@router.get(MAILBOX_PATH)
def show_mailbox(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    today = office_day(now)
    settings: UsageRateSettings = request.app.state.usage_rate
    with db.transaction() as session:
        frame = frame_of(request, session, sign_on, now, back=MAILBOX_PATH)
        account = frame.me.account
        mine = own_mailbox(session, account, settings, today)
        held = custody_of(session, account.person_id, today) if account.person_id else []
        boxes = [mine, *(own_mailbox(session, one.account, settings, today) for one in held)]
    language = language_of(request)
    return show(
        request,
        "mailbox.html",
        frame,
        now,
        boxes=boxes,
        why=WHY,
        present=today.replace(day=1),
        least=settings.minimum_active_days,
        formula=formula(settings),
        number=lambda value: words.number(value, language),
        share=lambda value: words.share(value, language),
        size=lambda value: words.size(value, language),
    )
