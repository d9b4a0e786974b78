"""The sign-in page."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from kernel.errors import DomainError
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.http import FromBrowser, SignOn, who
from sso.login import texts
from sso.login.authorize_routes import answer, form_targets
from sso.login.destinations import NEW_PASSWORD_PATH, SIGN_IN_PATH, destination, go
from sso.login.pages import pages
from sso.login.password_step import set_step
from sso.login.service import NewSession, Visitor
from sso.protocol.flow import Ask, Waiting
from sso.sessions.cookies import device_secret, session_secret, set_device, set_session
from sso.sessions.service import Browser
from sso.throttling.service import TooManyAttempts
from theme.faults import Fault, faults_of
from theme.pages import onward_address

router = APIRouter(include_in_schema=False)

Reference = Annotated[str, Query(alias="request", max_length=100)]
Hint = Annotated[str, Query(max_length=254)]
Typed = Annotated[str, Form(max_length=1000)]
LONGEST_SHOWN = 254


def visitor_of(request: Request, browser: Browser) -> Visitor:
    return Visitor(browser, session_secret(request), device_secret(request))


def welcome(request: Request, sign_on: SingleSignOn, new: NewSession) -> Response:
    """On to where the person wanted to go, with the cookies of the new session."""
    response = go(destination(request))
    set_session(response, new.session_secret)
    set_device(response, new.device_secret, sign_on.settings.remembered_device_days)
    return response


@router.get(SIGN_IN_PATH)
def show_sign_in(
    request: Request,
    sign_on: SignOn,
    db: Db,
    now: Now,
    reference: Reference = "",
    login_hint: Hint = "",
) -> Response:
    with db.transaction() as session:
        asked = _asked(sign_on, session, reference, now)
        signed_in = who(request, session, sign_on, now)
        if signed_in is not None and asked is not None and not asked.is_cas:
            outcome = sign_on.flow.resume(session, reference, signed_in, now)
            if not isinstance(outcome, Ask) or outcome.page != "sign-in":
                return answer(request, outcome)  # signed in meanwhile, in another tab
    if reference and asked is None:
        return answer(request, None)  # said before a password is typed in vain
    if signed_in is not None and not reference:
        return go(destination(request))
    hint = (asked.login_hint if asked else None) or login_hint
    account = signed_in.account if signed_in else None
    return _form(request, asked, hint or (account.login if account else ""), account=account)


@router.post(SIGN_IN_PATH, dependencies=[Depends(require_same_origin)])
async def sign_in(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    now: Now,
    reference: Reference = "",
    identifier: Typed = "",
    password: Typed = "",
) -> Response:
    """Asynchronous, so that those who wait for a hash wait here and not in the threads of others.

    A storm of sign-ins is a queue of small objects.
    """
    refused = partial(_refused, request, sign_on, reference, now, identifier)
    if missing := _missing(identifier, password):
        return await anyio.to_thread.run_sync(refused, missing)
    visitor = visitor_of(request, browser)
    signing_in = partial(sign_on.sign_in, identifier, password, visitor, now)
    try:
        outcome = await anyio.to_thread.run_sync(signing_in, limiter=sign_on.sign_in_limiter)
    except DomainError as error:
        return await anyio.to_thread.run_sync(refused, faults_of(error), error)
    if isinstance(outcome, NewSession):
        return welcome(request, sign_on, outcome)
    response = go(onward_address(request, NEW_PASSWORD_PATH))
    set_step(response, sign_on.password_step.seal(outcome.account, now))
    return response


def _missing(identifier: str, password: str) -> list[Fault]:
    return [
        Fault(message, place)
        for place, typed, message in (
            ("identifier", identifier.strip(), texts.IDENTIFIER_MISSING),
            ("password", password, texts.PASSWORD_MISSING),
        )
        if not typed
    ]


def _refused(
    request: Request,
    sign_on: SingleSignOn,
    reference: str,
    now: datetime,
    identifier: str,
    faults: Sequence[Fault],
    error: DomainError | None = None,
) -> Response:
    with sign_on.database.transaction() as session:
        asked = _asked(sign_on, session, reference, now)
    return _form(request, asked, identifier, faults=faults, error=error)


def _asked(
    sign_on: SingleSignOn, session: Session, reference: str, now: datetime
) -> Waiting | None:
    """The request that waits for this sign-in, to say which system it is for."""
    if not reference:
        return None
    return sign_on.flow.waiting(session, reference, now)


def _form(
    request: Request,
    asked: Waiting | None,
    identifier: str,
    *,
    account: Account | None = None,
    faults: Sequence[Fault] = (),
    error: DomainError | None = None,
) -> Response:
    wait = error.seconds if isinstance(error, TooManyAttempts) else None
    return pages.render(
        request,
        "sign_in.html",
        status_code=422 if faults else 200,
        form_targets=form_targets(asked),
        texts=texts,
        client=asked.client.description if asked else None,
        identifier=identifier[:LONGEST_SHOWN],
        account=account,
        faults=faults,
        error=error,
        wait=wait,
        done=texts.DONE.get(request.query_params.get("done", "")),
    )
