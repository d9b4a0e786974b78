"""Into the console and out of it, by way of our own provider."""

import hmac
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from console.pages import pages
from console.session import cookies, service
from console.session.access import ConsoleSignInNeeded, own_page
from console.session.relying_party import CALLBACK_PATH, RelyingParty, SignInRefused
from console.session.step import LIFETIME, Step
from kernel.database import Database
from kernel.http import Db, Now
from sso.assembly import SingleSignOn
from sso.http import SignOn
from sso.login.destinations import CONSOLE_PATH, go
from theme.language import language_of

router = APIRouter(include_in_schema=False)

ENTER_PATH = "/quan-tri/vao"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def relying_party(request: Request, sign_on: SingleSignOn) -> RelyingParty:
    return RelyingParty(sign_on, request.app.state.provider)


@router.get(ENTER_PATH)
def enter(request: Request, sign_on: SignOn, now: Now, back: str = CONSOLE_PATH) -> Response:
    """Off to the sign-in page; whoever is signed in already comes straight back."""
    step = Step(own_page(back), int(now.timestamp()))
    party = relying_party(request, sign_on)
    response = go(party.authorization_address(step, language_of(request)))
    seconds = int(LIFETIME.total_seconds())
    cookies.keep(response, cookies.STEP_COOKIE, step.seal(sign_on.ring), seconds=seconds)
    return response


@router.get(CALLBACK_PATH)
async def come_back(
    request: Request,
    sign_on: SignOn,
    db: Db,
    now: Now,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The authorization response (RFC 6749 section 4.1.2; `iss` by RFC 9207)."""
    step = Step.open(cookies.sealed_step(request), sign_on.ring, now)
    if step is None or not hmac.compare_digest(step.state.encode(), state.encode()):
        return go(CONSOLE_PATH)  # an old tab: whoever is in sees the start, others sign in anew
    if not code or iss != sign_on.issuer:
        raise SignInRefused
    entered = await relying_party(request, sign_on).redeem(step, code, now)
    former = cookies.session_secret(request)
    secret = await run_in_threadpool(_begin, db, entered.participation_id, former, now)
    response = go(step.back)
    cookies.keep(response, cookies.SESSION_COOKIE, secret)
    cookies.drop(response, cookies.STEP_COOKIE)
    return response


def _begin(db: Database, participation_id: UUID, former: str | None, now: datetime) -> str:
    with db.transaction() as session:
        service.forget(session, former)
        return service.begin(session, participation_id, now=now)


async def sign_in_first(request: Request, needed: ConsoleSignInNeeded) -> Response:
    """For a page the way to the sign-in page; a form that was filled in is kept on the screen."""
    address = f"{ENTER_PATH}?{urlencode({'back': needed.back})}"
    if request.method not in UNSAFE:
        if "hx-request" in request.headers:
            return Response(status_code=204, headers={"HX-Redirect": address})
        return go(address)
    form = await request.form()
    kept = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    has_files = len(kept) < len(form.multi_items())
    return pages.plain(
        request,
        "session/over.html",
        status_code=401,
        kept=kept,
        has_files=has_files,
        enter=f"{ENTER_PATH}?{urlencode({'back': CONSOLE_PATH + '/da-vao'})}",
        back=needed.back,
    )


@router.get("/quan-tri/da-vao")
def entered(request: Request) -> Response:
    """What the other tab shows, from which somebody has signed in again."""
    return pages.plain(request, "session/entered.html")
