"""Activation, where the letter sends people."""

from collections.abc import Sequence
from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response

from identity.accounts.activation import redeem
from identity.accounts.errors import ActivationCodeRejected, PasswordRefused
from identity.accounts.models import Account, AccountKind
from identity.handover.settings import ACTIVATION_PATH
from kernel.http import Now
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.http import SignOn
from sso.login import password_texts as texts
from sso.login.destinations import SIGN_IN_PATH
from sso.login.pages import pages
from sso.login.password_routes import Typed, faults_of_choice
from sso.login.policy_words import rules_in_words
from theme.faults import Fault, faults_of
from theme.pages import onward_address

router = APIRouter(include_in_schema=False)

LONGEST_CODE = 100


@router.get(ACTIVATION_PATH)
def show_activation(request: Request, sign_on: SignOn) -> Response:
    return _form(request, sign_on)


@router.post(ACTIVATION_PATH, dependencies=[Depends(require_same_origin)])
async def activate(
    request: Request,
    sign_on: SignOn,
    now: Now,
    code: Typed = "",
    password: Typed = "",
    again: Typed = "",
) -> Response:
    """The code itself is the credential; what comes from another site is refused all the same."""
    missing = [] if code.strip() else [Fault(texts.CODE_MISSING, "code")]
    faults: Sequence[Fault] = [*missing, *faults_of_choice(password, again)]
    if not faults:
        redeeming = partial(redeem, sign_on.database, sign_on.passwords, code, password, now)
        try:
            account = await anyio.to_thread.run_sync(redeeming, limiter=sign_on.hash_limiter)
        except (ActivationCodeRejected, PasswordRefused) as error:
            faults = faults_of(error)
        else:
            return _activated(request, account)
    return _form(request, sign_on, code, faults)


def _activated(request: Request, account: Account) -> Response:
    return pages.render(
        request,
        "activated.html",
        texts=texts,
        login=account.login,
        personal=account.kind is AccountKind.PERSONAL,
        sign_in=sign_in_as(request, account),
    )


def sign_in_as(request: Request, account: Account) -> str:
    """The address of the sign-in page with the login filled in."""
    return onward_address(request, SIGN_IN_PATH, login_hint=account.login)


def _form(
    request: Request, sign_on: SingleSignOn, code: str = "", faults: Sequence[Fault] = ()
) -> Response:
    return pages.render(
        request,
        "activation.html",
        status_code=422 if faults else 200,
        texts=texts,
        code=code[:LONGEST_CODE],
        faults=faults,
        rules=rules_in_words(sign_on.passwords.policy, has_one=False),
    )
