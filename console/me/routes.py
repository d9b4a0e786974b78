"""The part of "my account" that tells of mail, beside the pages of single sign-on."""

from fastapi import APIRouter, Request, Response

from console.me.queries import own_mailbox
from console.words import number
from kernel.clock import office_day
from kernel.http import Db, Now
from sso.account import texts
from sso.account.pages import pages
from sso.claims.access import organisation_accounts_of
from sso.http import SignOn, require_who
from sso.login.destinations import MAILBOX_PATH
from theme.language import language_of
from theme.sizes import size_in_words

router = APIRouter(include_in_schema=False)


@router.get(MAILBOX_PATH)
def show_mailbox(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    today = office_day(now)
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=MAILBOX_PATH)
        mine = own_mailbox(session, me.account, today)
        person_id = me.account.person_id
        held = organisation_accounts_of(session, person_id, today) if person_id else []
        organisations = [own_mailbox(session, account, today) for account in held]
    language = language_of(request)
    return pages.render(
        request,
        "mailbox.html",
        texts=texts,
        me=me,
        done=None,
        mine=mine,
        organisations=organisations,
        number=lambda value: number(value, language),
        size=lambda value: size_in_words(value, language),
    )
