"""The sign-in page."""

from datetime import datetime
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kernel.errors import DomainError
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.http import FromBrowser, SignOn
from sso.login import texts
from sso.login.authorize_routes import SEE_OTHER, SIGN_IN_PATH, form_targets, resume_address
from sso.login.pages import pages
from sso.login.service import NewSession, SignInRefused
from sso.protocol.authorization import AuthorizationRequest
from sso.sessions.cookies import device_secret, session_secret, set_device, set_session
from sso.sessions.service import Browser, find_session
from sso.throttling.service import TooManyAttempts

router = APIRouter(include_in_schema=False)

HOME_PATH = "/tai-khoan"
Reference = Annotated[str, Query(alias="request", max_length=100)]
Typed = Annotated[str, Form(max_length=1000)]


@router.get(SIGN_IN_PATH)
def show_sign_in(
    request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference = ""
) -> Response:
    with db.transaction() as session:
        asked = _asked(sign_on, session, reference, now)
        signed_in = find_session(
            session, session_secret(request), settings=sign_on.settings, now=now
        )
    if signed_in is not None and not reference:
        return RedirectResponse(HOME_PATH, SEE_OTHER)
    hint = (asked.login_hint if asked else None) or ""
    return _form(request, asked, identifier=hint[:200])


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

    A storm of sign-ins is a queue of small objects, never more hashes at once than processors.
    """
    try:
        new = await _sign_in(request, sign_on, browser, now, identifier, password)
    except DomainError as error:
        return await anyio.to_thread.run_sync(
            partial(_refused, request, sign_on, reference, now, identifier, error)
        )
    response = RedirectResponse(
        resume_address(reference) if reference else HOME_PATH,
        SEE_OTHER,
        {"Cache-Control": "no-store"},
    )
    set_session(response, new.session_secret)
    set_device(response, new.device_secret, sign_on.settings.remembered_device_days)
    return response


async def _sign_in(  # the route's own parameters
    request: Request,
    sign_on: SingleSignOn,
    browser: Browser,
    now: datetime,
    identifier: str,
    password: str,
) -> NewSession:
    """Raises TooManyAttempts, SignInRefused, AccountNotActive."""
    if not identifier or not password:
        raise SignInRefused
    device = device_secret(request)
    threads = anyio.to_thread.run_sync
    attempt = await threads(sign_on.sign_in.begin, identifier, device, browser, now)
    verification = await threads(
        sign_on.sign_in.check, attempt, password, limiter=sign_on.hash_limiter
    )
    return await threads(
        partial(
            sign_on.sign_in.finish,
            attempt,
            verification,
            replaces=session_secret(request),
            device=device,
            browser=browser,
            now=now,
        )
    )


def _refused(  # the route's own parameters
    request: Request,
    sign_on: SingleSignOn,
    reference: str,
    now: datetime,
    identifier: str,
    error: DomainError,
) -> Response:
    with sign_on.database.transaction() as session:
        asked = _asked(sign_on, session, reference, now)
    response = _form(request, asked, identifier=identifier, error=error)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _asked(
    sign_on: SingleSignOn, session: Session, reference: str, now: datetime
) -> AuthorizationRequest | None:
    """The request that waits for this sign-in, to say which system it is for."""
    if not reference:
        return None
    return sign_on.flow.waiting(session, reference, now)


def _form(
    request: Request,
    asked: AuthorizationRequest | None,
    *,
    identifier: str,
    error: DomainError | None = None,
) -> Response:
    status = 200 if error is None else 429 if isinstance(error, TooManyAttempts) else 422
    return pages.render(
        request,
        "sign_in.html",
        status_code=status,
        form_targets=form_targets(asked),
        texts=texts,
        client=asked.client.description if asked else None,
        identifier=identifier,
        error=error.message if error else None,
    )
