"""Signing out, at the wish of a client or from our own pages."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.http import FromBrowser, SignOn, who
from sso.login.destinations import go
from sso.logout import front_channel, texts
from sso.logout.pages import pages, signed_out
from sso.logout.service import sign_out
from sso.protocol.end_session import (
    END_SESSION_PATH,
    PARAMETERS,
    EndSessionRequest,
    is_meant,
    read_end_session,
)
from sso.sessions.models import Participation
from sso.sessions.service import SignedIn

SIGN_OUT_PATH = "/dang-xuat"


class AnswersWrongRequests(APIRoute):
    """With the page that says so, on which one can sign out all the same."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except OAuth2Error as error:
                return _question(request, error=error)

        return answer


router = APIRouter(include_in_schema=False, route_class=AnswersWrongRequests)


def _read(request: Request, sign_on: SignOn) -> EndSessionRequest:
    """Raises OAuth2Error."""
    pairs = request.query_params.multi_items()
    return read_end_session(pairs, sign_on.clients.get(), sign_on.minter)


Asked = Annotated[EndSessionRequest, Depends(_read)]


@router.get(END_SESSION_PATH)
def end_session(
    request: Request, asked: Asked, sign_on: SignOn, browser: FromBrowser, db: Db, now: Now
) -> Response:
    """Signs out at once whom the hint is about, and asks everybody else."""
    entered: Sequence[Participation] = ()
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        if signed_in is not None:
            if not is_meant(session, asked, signed_in, sign_on.claims):
                return go(_page_address(request, asked))
            entered = sign_out(session, signed_in, browser, client=asked.client, now=now)
    return _signed_out(request, sign_on, asked, entered)


@router.post(END_SESSION_PATH)
async def end_session_by_form(request: Request) -> Response:
    """Once more as a GET: only that carries our cookie when it comes from another site."""
    form = await request.form()
    pairs = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name in PARAMETERS
    ]
    return go(f"{END_SESSION_PATH}?{urlencode(pairs)}")


@router.get(SIGN_OUT_PATH)
def show_question(request: Request, asked: Asked, sign_on: SignOn, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
    if signed_in is None:
        return _signed_out(request, sign_on, asked, ())
    return _question(request, asked=asked, signed_in=signed_in)


@router.post(SIGN_OUT_PATH, dependencies=[Depends(require_same_origin)])
def leave(
    request: Request, asked: Asked, sign_on: SignOn, browser: FromBrowser, db: Db, now: Now
) -> Response:
    entered: Sequence[Participation] = ()
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        if signed_in is not None:
            entered = sign_out(session, signed_in, browser, client=asked.client, now=now)
    return _signed_out(request, sign_on, asked, entered)


def _page_address(request: Request, asked: EndSessionRequest) -> str:
    """Of the page that asks the person, in the language that was wished for."""
    wishes = {name: request.query_params.get(name) for name in ("lang", "ui_locales")}
    query = asked.query() | {name: value for name, value in wishes.items() if value}
    return f"{SIGN_OUT_PATH}?{urlencode(query)}" if query else SIGN_OUT_PATH


def _question(
    request: Request,
    *,
    asked: EndSessionRequest | None = None,
    signed_in: SignedIn | None = None,
    error: OAuth2Error | None = None,
) -> Response:
    """After a wrong request one can sign out all the same, but is sent nowhere."""
    return_to = asked.return_to if asked else None
    return pages.render(
        request,
        "sign_out.html",
        status_code=400 if error else 200,
        # Chromium applies form-action to the redirect that may follow
        form_targets=front_channel.origins([return_to] if return_to else []),
        texts=texts,
        action=_page_address(request, asked) if asked else SIGN_OUT_PATH,
        client=asked.client.description if asked and asked.client else None,
        name=signed_in.account.display_name if signed_in else None,
        error=error,
    )


def _signed_out(
    request: Request,
    sign_on: SingleSignOn,
    asked: EndSessionRequest,
    entered: Sequence[Participation],
) -> Response:
    return signed_out(request, sign_on, entered, client=asked.client, return_to=asked.return_to)
