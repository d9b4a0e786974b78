"""Changing the own password."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response

from identity.accounts.errors import (
    CurrentPasswordWrong,
    PasswordChangedMeanwhile,
    PasswordRefused,
)
from kernel.http import Now
from kernel.same_origin import require_same_origin
from sso.account.frame import Frame, frame_of
from sso.account.pages import show
from sso.assembly import SingleSignOn
from sso.http import SignOn
from sso.login import password_texts
from sso.login.destinations import CHANGE_PATH, SECURITY_PATH, go
from sso.login.password_routes import Typed, faults_of_choice
from sso.login.policy_words import rules_in_words
from sso.sessions.cookies import set_session
from sso.throttling.service import TooManyAttempts
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)


@router.get(CHANGE_PATH)
def show_change(request: Request, sign_on: SignOn, now: Now) -> Response:
    return _form(request, sign_on, _frame(request, sign_on, now), now)


def _frame(request: Request, sign_on: SingleSignOn, now: datetime) -> Frame:
    """Raises SignInNeeded."""
    with sign_on.database.transaction() as session:
        return frame_of(request, session, sign_on, now, back=CHANGE_PATH)


def _form(
    request: Request,
    sign_on: SingleSignOn,
    frame: Frame,
    now: datetime,
    *,
    faults: Sequence[Fault] = (),
    wait: int | None = None,
) -> Response:
    """What was typed is never sent back: passwords do not travel twice."""
    return show(
        request,
        "change_password.html",
        frame,
        now,
        status_code=422 if faults else 200,
        words=password_texts,
        faults=faults,
        wait=wait,
        rules=rules_in_words(sign_on.passwords.policy, has_one=True),
    )


@router.post(CHANGE_PATH, dependencies=[Depends(require_same_origin)])
async def change(
    request: Request,
    sign_on: SignOn,
    now: Now,
    current: Typed = "",
    password: Typed = "",
    again: Typed = "",
) -> Response:
    threads, wait = anyio.to_thread.run_sync, None
    frame = await threads(_frame, request, sign_on, now)
    missing = [] if current else [Fault(password_texts.CURRENT_MISSING, "current")]
    faults: Sequence[Fault] = [*missing, *faults_of_choice(password, again)]
    if not faults:
        changing = partial(sign_on.new_password.change, frame.me, current, password, now)
        try:
            secret = await threads(changing, limiter=sign_on.hash_limiter)
        except (CurrentPasswordWrong, PasswordRefused, PasswordChangedMeanwhile) as error:
            faults = faults_of(error)
        except TooManyAttempts as error:
            faults, wait = faults_of(error), error.seconds
        else:
            response = go(f"{SECURITY_PATH}?done=password")
            set_session(response, secret)
            return response
    return _form(request, sign_on, frame, now, faults=faults, wait=wait)
