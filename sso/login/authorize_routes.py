"""The authorization endpoint as browsers reach it."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from fastapi import APIRouter, Query, Request, Response

from kernel.http import Db, Now, client_address
from sso.http import SignOn, who
from sso.login import texts
from sso.login.destinations import (
    CAS_LOGIN_PATH,
    CHOOSE_PATH,
    CONSENT_PATH,
    NO_ACCESS_PATH,
    RESUME_PATH,
    SIGN_IN_PATH,
    go,
)
from sso.login.pages import pages
from sso.protocol.authorization import AUTHORIZE_PATH, AuthorizationRequest, Parameters
from sso.protocol.flow import Ask, Outcome, Redirect, Unredirectable, Waiting

router = APIRouter(include_in_schema=False)

PAGES = {
    "sign-in": SIGN_IN_PATH,
    "choose": CHOOSE_PATH,
    "consent": CONSENT_PATH,
    "no-access": NO_ACCESS_PATH,
}
LONGEST_LOCALES = 100
SHORTEST_QUOTED = 4
NAMED = ("client_id", "redirect_uri", "response_type", "request", "request_uri")
"""Parameters that an error may quote; their names are shown, what they said is not."""

Reference = Annotated[str, Query(alias="request", max_length=100)]
Pairs = Sequence[tuple[str, str]]


@router.get(AUTHORIZE_PATH)
def authorize(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    pairs = request.query_params.multi_items()
    try:
        parameters = sign_on.request_reader.read(Parameters.of(pairs), now)
    except OAuth2Error as error:
        return refused_page(request, error, pairs)
    address = client_address(request) or None
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        outcome = sign_on.flow.begin(session, parameters, signed_in, address=address, now=now)
    return answer(request, outcome, pairs)


@router.post(AUTHORIZE_PATH)
async def authorize_by_form(request: Request) -> Response:
    """OpenID Connect Core section 3.1.2.1: both methods.

    Asked again by GET, since our cookie does not come along with a form of another site.
    """
    form = await request.form()
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return go(f"{AUTHORIZE_PATH}?{urlencode(pairs)}")


@router.get(RESUME_PATH)
def resume(request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference) -> Response:
    with db.transaction() as session:
        waiting = sign_on.flow.waiting(session, reference, now)
        if waiting is not None and waiting.is_cas:
            return go(f"{CAS_LOGIN_PATH}?{urlencode({'request': reference})}")
        signed_in = who(request, session, sign_on, now)
        outcome = sign_on.flow.resume(session, reference, signed_in, now)
    return answer(request, outcome)


def answer(request: Request, outcome: Outcome | None, pairs: Pairs = ()) -> Response:
    """As the browser gets it; None is a request that is too old. `pairs`: what was asked."""
    if outcome is None:
        return pages.render(request, "expired.html", status_code=400, texts=texts)
    if isinstance(outcome, Unredirectable):
        return refused_page(request, outcome.error, pairs)
    if isinstance(outcome, Redirect):
        return go(outcome.location)
    return go(_page_address(outcome))


def _page_address(ask: Ask) -> str:
    query = {"request": ask.secret}
    if ask.request.ui_locales:
        query["ui_locales"] = " ".join(ask.request.ui_locales)[:LONGEST_LOCALES]
    return f"{PAGES[ask.page]}?{urlencode(query)}"


def refused_page(request: Request, error: OAuth2Error, pairs: Pairs = ()) -> Response:
    """For requests that nobody can be sent back from: the address may be an attacker's.

    So may every word of the request: none of them is shown under our name.
    """
    detail = error.description or ""
    quoted = [name for name, value in pairs if len(value) >= SHORTEST_QUOTED and value in detail]
    if quoted:
        detail = ", ".join(name for name in dict.fromkeys(quoted) if name in NAMED)
    return pages.render(
        request,
        "refused.html",
        status_code=400,
        texts=texts,
        code=error.error,
        detail=detail,
    )


def form_targets(asked: AuthorizationRequest | Waiting | None) -> list[str]:
    """Chromium applies form-action to the redirects after a form, so the client must be named."""
    if asked is None:
        return []
    parts = urlsplit(asked.redirect_uri)
    return [f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"]
