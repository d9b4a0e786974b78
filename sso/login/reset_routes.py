"""Pages for people who have forgotten their password."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from identity.accounts.jobs import PasswordJobs
from identity.accounts.models import Account
from identity.accounts.reset_mail import RESET_PATH
from identity.accounts.resets import redeem_reset
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.endings import end_everything
from sso.http import FromBrowser, SignOn
from sso.login import password_texts as texts
from sso.login.code_form import TypedCode, code_page, sign_in_as
from sso.login.destinations import FORGOTTEN_PATH
from sso.login.pages import pages
from sso.login.password_routes import Typed
from sso.login.sign_in_routes import LONGEST_SHOWN
from sso.sessions.models import EndReason
from sso.throttling.service import TooManyAttempts, count_attempt
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
RESET_TEMPLATE = "reset.html"
FROM_OUR_PAGES = [Depends(require_same_origin)]


async def password_jobs_of(request: Request) -> PasswordJobs:
    jobs: PasswordJobs = request.app.state.password_jobs
    return jobs


Jobs = Annotated[PasswordJobs, Depends(password_jobs_of)]


@router.get(FORGOTTEN_PATH)
def show_forgotten(request: Request, jobs: Jobs) -> Response:
    return _forgotten(request, jobs)


@router.post(FORGOTTEN_PATH, dependencies=FROM_OUR_PAGES)
def send(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    jobs: Jobs,
    db: Db,
    now: Now,
    identifier: Typed = "",
) -> Response:
    """The same answer and the same work, whether or not there is such an account."""
    if not identifier.strip():
        return _forgotten(request, jobs, [Fault(texts.IDENTIFIER_MISSING, "identifier")])
    if not jobs.can_send:
        return _forgotten(request, jobs)
    try:
        with db.transaction() as session:
            limit = sign_on.throttling.of_forgetting(browser.address or "", now)
            count_attempt(session, [limit], now=now)
    except TooManyAttempts as error:
        return _forgotten(request, jobs, faults_of(error), identifier, wait=error.seconds)
    with db.transaction() as session:
        jobs.request_reset(session, identifier)
    return pages.render(
        request,
        "forgotten_sent.html",
        texts=texts,
        identifier=identifier[:LONGEST_SHOWN],
        minutes=sign_on.passwords.settings.reset.lifetime_minutes,
    )


def _forgotten(
    request: Request,
    jobs: PasswordJobs,
    faults: Sequence[Fault] = (),
    identifier: str = "",
    *,
    wait: int | None = None,
) -> Response:
    return pages.render(
        request,
        "forgotten.html",
        status_code=422 if faults else 200,
        texts=texts,
        faults=faults,
        identifier=identifier[:LONGEST_SHOWN],
        wait=wait,
        can_send=jobs.can_send,
    )


@router.get(RESET_PATH)
def show_reset(request: Request, sign_on: SignOn) -> Response:
    return code_page(request, RESET_TEMPLATE, sign_on, has_password=True)


@router.post(RESET_PATH, dependencies=FROM_OUR_PAGES)
async def reset(request: Request, sign_on: SignOn, now: Now, typed: TypedCode) -> Response:
    def end(session: Session, account: Account) -> None:
        end_everything(session, account.id, EndReason.PASSWORD_CHANGED, now=now)

    redeeming = partial(redeem_reset, sign_on.database, sign_on.passwords, now=now, then=end)
    found = await typed.redeem(sign_on, redeeming, texts.RESET_CODE_MISSING)
    if isinstance(found, Account):
        sign_in = sign_in_as(request, found)
        return pages.render(request, "reset_done.html", texts=texts, sign_in=sign_in)
    return code_page(request, RESET_TEMPLATE, sign_on, typed, found, has_password=True)
