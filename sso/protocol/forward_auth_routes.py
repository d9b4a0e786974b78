"""The way from a protected site to the sign-in page and back; served on the host of the site."""

import secrets
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from kernel.http import Db, Now
from kernel.messages import Message
from sso.http import SignOn
from sso.protocol import forward_auth_texts as texts
from sso.protocol.forward_auth import SITE_COOKIE
from sso.protocol.sites import CALLBACK_PATH, START_PATH, Visit, read_start
from sso.sessions.cookies import read_cookie

router = APIRouter(include_in_schema=False)

BROWSER_COOKIE = "__Host-congvu-site-browser"
"""Kept while somebody is away at the sign-in page, in whatever number of tabs."""
LONGEST_SECRET = 100
SEE_OTHER = 303
NOT_KEPT = {"Cache-Control": "no-store"}
Parameter = Annotated[str, Query(max_length=5000)]


@router.get(START_PATH)
def start(request: Request, sign_on: SignOn, now: Now) -> Response:
    client_id, target = read_start(request.scope["query_string"])
    redirect_uri = sign_on.sites.redirect_uri(client_id, request.headers.get("host"))
    if client_id is None or redirect_uri is None:
        return _said(texts.NOT_A_SITE, 403)
    secret = _secret(request) or secrets.token_urlsafe(32)
    response = _to(sign_on.sites.begin(client_id, redirect_uri, target, secret, now))
    _set(response, BROWSER_COOKIE, secret)
    return response


@router.get(CALLBACK_PATH)
def callback(
    request: Request,
    sign_on: SignOn,
    db: Db,
    now: Now,
    state: Parameter = "",
    code: Parameter = "",
    error: Parameter = "",
) -> Response:
    visit = sign_on.sites.visit(state)
    if visit is None:
        return _said(texts.TRY_AGAIN, 400)
    if visit.until <= now.timestamp():
        return _to(_start_again(visit))
    if error:
        return _said(texts.NOT_LET_IN if error == "access_denied" else texts.TRY_AGAIN, 403)
    with db.transaction() as session:
        cookie = sign_on.sites.enter(session, visit, _secret(request) or "", code, now)
    if cookie is None:
        return _said(texts.TRY_AGAIN, 400)
    response = _to(visit.target)
    _set(response, SITE_COOKIE, cookie)
    return response


def _start_again(visit: Visit) -> str:
    return f"{START_PATH}?{urlencode({'client_id': visit.client_id, 'rd': visit.target})}"


def _secret(request: Request) -> str | None:
    value = read_cookie(request, BROWSER_COOKIE)
    return value if value and len(value) <= LONGEST_SECRET else None


def _to(address: str) -> Response:
    return RedirectResponse(address, SEE_OTHER, NOT_KEPT)


def _set(response: Response, name: str, value: str) -> None:
    """Until the browser closes; whether it still counts is asked at every request."""
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax")


def _said(message: Message, status: int) -> Response:
    """Plain, since what a page of ours would load is not on this host."""
    return PlainTextResponse(f"{message.vi}\n\n{message.en}\n", status, NOT_KEPT)
