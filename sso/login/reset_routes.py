"""Pages for people who have forgotten their password."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from identity.accounts.errors import PasswordRefused, ResetCodeRejected
from identity.accounts.jobs import PasswordJobs
from identity.accounts.models import Account
from identity.accounts.reset_mail import RESET_PATH
from identity.accounts.resets import redeem_reset
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.endings import end_everything
from sso.http import FromBrowser, SignOn
from sso.login import password_texts as texts
from sso.login.activation_routes import LONGEST_CODE, sign_in_as
from sso.login.destinations import FORGOTTEN_PATH
from sso.login.pages import pages
from sso.login.password_routes import Typed, faults_of_choice
from sso.login.policy_words import rules_in_words
from sso.login.sign_in_routes import LONGEST_SHOWN
from sso.sessions.models import EndReason
from sso.throttling.service import TooManyAttempts, count_attempt
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
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
    return _reset(request, sign_on)


@router.post(RESET_PATH, dependencies=FROM_OUR_PAGES)
async def reset(
    request: Request,
    sign_on: SignOn,
    now: Now,
    code: Typed = "",
    password: Typed = "",
    again: Typed = "",
) -> Response:
    """The code is the credential: who holds it need not be signed in."""
    missing = [] if code.strip() else [Fault(texts.RESET_CODE_MISSING, "code")]
    faults: Sequence[Fault] = [*missing, *faults_of_choice(password, again)]
    if not faults:
        redeeming = partial(_redeem, sign_on, code, password, now)
        try:
            account = await anyio.to_thread.run_sync(redeeming, limiter=sign_on.hash_limiter)
        except (ResetCodeRejected, PasswordRefused) as error:
            faults = faults_of(error)
        else:
            return _done(request, account)
    return _reset(request, sign_on, code, faults)


def _redeem(sign_on: SingleSignOn, code: str, password: str, now: datetime) -> Account:
    """Raises ResetCodeRejected, PasswordRefused."""

    def end(session: Session, account: Account) -> None:
        end_everything(session, account.id, EndReason.PASSWORD_CHANGED, now=now)

    return redeem_reset(sign_on.database, sign_on.passwords, code, password, now, then=end)


def _done(request: Request, account: Account) -> Response:
    return pages.render(
        request, "reset_done.html", texts=texts, sign_in=sign_in_as(request, account)
    )


def _reset(
    request: Request, sign_on: SingleSignOn, code: str = "", faults: Sequence[Fault] = ()
) -> Response:
    return pages.render(
        request,
        "reset.html",
        status_code=422 if faults else 200,
        texts=texts,
        code=code[:LONGEST_CODE],
        faults=faults,
        rules=rules_in_words(sign_on.passwords.policy, has_one=True),
    )
