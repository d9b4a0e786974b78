"""The page between signing in and going on, where a password is due."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Request, Response

from identity.accounts.errors import PasswordChangedMeanwhile, PasswordRefused
from identity.accounts.models import Account
from identity.accounts.password_age import PasswordCondition, password_state_now
from kernel.http import Now
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.http import FromBrowser, SignOn
from sso.login import password_texts as texts
from sso.login.authorize_routes import form_targets
from sso.login.destinations import NEW_PASSWORD_PATH, SIGN_IN_PATH, go
from sso.login.new_password import PasswordStepOver
from sso.login.pages import pages
from sso.login.password_step import forget_step, step_of
from sso.login.policy_words import rules_in_words
from sso.login.sign_in_routes import Reference, visitor_of, welcome
from theme.faults import Fault, faults_of
from theme.pages import onward_address

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=1000)]


def faults_of_choice(new: str, again: str) -> list[Fault]:
    """What can be said before anything is asked or hashed."""
    if not new:
        return [Fault(texts.MISSING, "password")]
    return [] if new == again else [Fault(texts.NOT_ALIKE, "again")]


@router.get(NEW_PASSWORD_PATH)
def show_step(request: Request, sign_on: SignOn, now: Now, reference: Reference = "") -> Response:
    try:
        account = sign_on.new_password.account_of(sign_on.password_step.open(step_of(request), now))
    except PasswordStepOver:
        return _step_over(request)
    return _step_form(request, sign_on, account, now, reference)


@router.post(NEW_PASSWORD_PATH, dependencies=[Depends(require_same_origin)])
async def choose(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    now: Now,
    reference: Reference = "",
    password: Typed = "",
    again: Typed = "",
) -> Response:
    proven = sign_on.password_step.open(step_of(request), now)
    threads, new_password = anyio.to_thread.run_sync, sign_on.new_password
    try:
        account = await threads(new_password.account_of, proven)
        faults: Sequence[Fault] = faults_of_choice(password, again)
        if not faults:
            visitor = visitor_of(request, browser)
            choosing = partial(new_password.choose, proven, password, visitor, now)
            new = await threads(choosing, limiter=sign_on.hash_limiter)
            response = welcome(request, sign_on, new)
            forget_step(response)
            return response
    except PasswordRefused as error:
        faults = faults_of(error)
    except (PasswordStepOver, PasswordChangedMeanwhile):
        return _step_over(request)
    return await threads(
        partial(_step_form, request, sign_on, account, now, reference, faults=faults)
    )


def _step_over(request: Request) -> Response:
    response = go(onward_address(request, SIGN_IN_PATH, done="step-over"))
    forget_step(response)
    return response


def _step_form(
    request: Request,
    sign_on: SingleSignOn,
    account: Account,
    now: datetime,
    reference: str,
    *,
    faults: Sequence[Fault] = (),
) -> Response:
    with sign_on.database.transaction() as session:
        asked = sign_on.flow.waiting(session, reference, now) if reference else None
        state = password_state_now(session, account, sign_on.passwords.policy, now)
    must = state.condition is PasswordCondition.MUST_CHANGE
    return pages.render(
        request,
        "new_password.html",
        status_code=422 if faults else 200,
        texts=texts,
        faults=faults,
        rules=rules_in_words(sign_on.passwords.policy, has_one=True),
        form_targets=form_targets(asked),
        login=account.login,
        reason=texts.STEP_MUST_CHANGE if must else texts.STEP_EXPIRED,
    )
