"""The authorization endpoint as browsers reach it, and the pages between request and code."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import anyio.to_thread
from authlib.oauth2 import OAuth2Error
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.claims.scopes import SHOWN
from sso.clients import consents
from sso.http import FromBrowser, SignOn
from sso.login import texts
from sso.login.destinations import RESUME_PATH, SEE_OTHER, SIGN_IN_PATH
from sso.login.pages import pages
from sso.login.service import account_actor
from sso.protocol.authorization import AUTHORIZE_PATH, AuthorizationRequest, Parameters
from sso.protocol.flow import Ask, Outcome, Redirect, Unredirectable, Waiting
from sso.protocol.models import Interaction
from sso.protocol.sign_on_records import SignOnAuditTag, record_sign_on
from sso.sessions.cookies import session_secret
from sso.sessions.service import SignedIn, find_session

router = APIRouter(include_in_schema=False)

CAS_LOGIN_PATH = "/cas/login"
CHOOSE_PATH = "/chon-tai-khoan"
CONSENT_PATH = "/dong-y"
NO_ACCESS_PATH = "/khong-co-quyen"
PAGES = {
    "sign-in": SIGN_IN_PATH,
    "choose": CHOOSE_PATH,
    "consent": CONSENT_PATH,
    "no-access": NO_ACCESS_PATH,
}
LONGEST_LOCALES = 100

Reference = Annotated[str, Query(alias="request", max_length=100)]


@router.get(AUTHORIZE_PATH)
def authorize(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    return _begin(request, sign_on, db, now, request.query_params.multi_items())


@router.post(AUTHORIZE_PATH)
async def authorize_by_form(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    """OpenID Connect Core section 3.1.2.1: both methods. Nothing is changed by it."""
    form = await request.form()
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return await anyio.to_thread.run_sync(_begin, request, sign_on, db, now, pairs)


def _begin(
    request: Request, sign_on: SignOn, db: Db, now: datetime, pairs: list[tuple[str, str]]
) -> Response:
    try:
        parameters = sign_on.request_reader.read(Parameters.of(pairs), now)
    except OAuth2Error as error:
        return refused_page(request, error)
    with db.transaction() as session:
        outcome = sign_on.flow.begin(session, parameters, _who(request, session, sign_on, now), now)
    return answer(request, outcome)


@router.get(RESUME_PATH)
def resume(request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference) -> Response:
    with db.transaction() as session:
        waiting = sign_on.flow.waiting(session, reference, now)
        if waiting is not None and waiting.is_cas:
            return RedirectResponse(f"{CAS_LOGIN_PATH}?{urlencode({'request': reference})}", 303)
        signed_in = _who(request, session, sign_on, now)
        outcome = sign_on.flow.resume(session, reference, signed_in, now)
    return answer(request, outcome)


def answer(request: Request, outcome: Outcome | None) -> Response:
    """As the browser gets it; None is a request that is too old."""
    if outcome is None:
        return pages.render(request, "expired.html", status_code=400, texts=texts)
    if isinstance(outcome, Unredirectable):
        return refused_page(request, outcome.error)
    if isinstance(outcome, Redirect):
        return RedirectResponse(outcome.location, SEE_OTHER, {"Cache-Control": "no-store"})
    return RedirectResponse(_page_address(outcome), SEE_OTHER, {"Cache-Control": "no-store"})


def _page_address(ask: Ask) -> str:
    query = {"request": ask.secret}
    if ask.request.ui_locales:
        query["ui_locales"] = " ".join(ask.request.ui_locales)[:LONGEST_LOCALES]
    return f"{PAGES[ask.page]}?{urlencode(query)}"


def refused_page(request: Request, error: OAuth2Error) -> Response:
    """For requests that nobody can be sent back from: the address may be an attacker's."""
    return pages.render(
        request,
        "refused.html",
        status_code=400,
        texts=texts,
        code=error.error,
        detail=error.description or "",
    )


def _who(request: Request, session: Session, sign_on: SignOn, now: datetime) -> SignedIn | None:
    return find_session(session, session_secret(request), settings=sign_on.settings, now=now)


def form_targets(asked: AuthorizationRequest | Waiting | None) -> list[str]:
    """Chromium applies form-action to the redirects after a form, so the client must be named."""
    if asked is None:
        return []
    parts = urlsplit(asked.redirect_uri)
    return [f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"]


@router.get(CHOOSE_PATH)
def show_choice(
    request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference
) -> Response:
    with db.transaction() as session:
        outcome = sign_on.flow.resume(session, reference, _who(request, session, sign_on, now), now)
    if not isinstance(outcome, Ask) or outcome.page != "choose":
        return answer(request, outcome)
    return pages.render(
        request,
        "choose.html",
        form_targets=form_targets(outcome.request),
        texts=texts,
        ask=outcome,
        client=outcome.request.client.description,
    )


@router.post(CHOOSE_PATH, dependencies=[Depends(require_same_origin)])
def choose(
    request: Request,
    sign_on: SignOn,
    db: Db,
    now: Now,
    reference: Reference,
    account: Annotated[UUID, Form()],
) -> Response:
    """Whether the person may be that account is asked when the request goes on."""
    with db.transaction() as session:
        signed_in = _who(request, session, sign_on, now)
        interaction = sign_on.flow.find(session, reference, now)
        if interaction is not None and signed_in is not None:
            _belongs_to(interaction, signed_in)
            interaction.acting_account_id = account
            session.flush()
        outcome = sign_on.flow.resume(session, reference, signed_in, now)
    return answer(request, outcome)


@router.get(CONSENT_PATH)
def show_consent(
    request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference
) -> Response:
    with db.transaction() as session:
        outcome = sign_on.flow.resume(session, reference, _who(request, session, sign_on, now), now)
    if not isinstance(outcome, Ask) or outcome.page != "consent":
        return answer(request, outcome)
    return pages.render(
        request,
        "consent.html",
        form_targets=form_targets(outcome.request),
        texts=texts,
        shown=SHOWN,
        ask=outcome,
        client=outcome.request.client.description,
    )


@router.post(CONSENT_PATH, dependencies=[Depends(require_same_origin)])
def consent(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    reference: Reference,
    decision: Annotated[str, Form(max_length=20)] = "deny",
) -> Response:
    with db.transaction() as session:
        if decision != "allow":
            return answer(request, sign_on.flow.deny(session, reference, now))
        signed_in = _who(request, session, sign_on, now)
        before = sign_on.flow.resume(session, reference, signed_in, now)
        interaction = sign_on.flow.find(session, reference, now)
        if not isinstance(before, Ask) or before.page != "consent":
            return answer(request, before)
        if interaction is None or signed_in is None:
            return answer(request, None)
        _belongs_to(interaction, signed_in)
        interaction.consented_at = now
        client, scope = before.request.client, before.request.scope
        consents.give(session, signed_in.account.id, client.id, scope, now=now)
        record_sign_on(
            session,
            account_actor(signed_in.account),
            SignOnAuditTag.CONSENTED,
            signed_in.account.id,
            browser,
            client_id=client.client_id,
            scope=list(scope),
        )
        session.flush()
        return answer(request, sign_on.flow.resume(session, reference, signed_in, now))


def _belongs_to(interaction: Interaction, signed_in: SignedIn) -> None:
    """Answers count for the session that gave them, and those of another one no longer."""
    if interaction.session_id != signed_in.session.id:
        interaction.session_id = signed_in.session.id
        interaction.acting_account_id = interaction.consented_at = None


@router.get(NO_ACCESS_PATH)
def show_no_access(
    request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference
) -> Response:
    with db.transaction() as session:
        outcome = sign_on.flow.resume(session, reference, _who(request, session, sign_on, now), now)
    if not isinstance(outcome, Ask) or outcome.page != "no-access":
        return answer(request, outcome)
    return pages.render(
        request,
        "no_access.html",
        status_code=403,
        form_targets=form_targets(outcome.request),
        texts=texts,
        ask=outcome,
        client=outcome.request.client.description,
    )


@router.post(NO_ACCESS_PATH, dependencies=[Depends(require_same_origin)])
def leave(request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference) -> Response:
    """Back to the system, which hears that access was denied."""
    with db.transaction() as session:
        outcome = sign_on.flow.deny(session, reference, now)
    return answer(request, outcome)
