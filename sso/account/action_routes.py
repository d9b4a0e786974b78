"""The forms on the pages of the own account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response

from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.account import service
from sso.http import FromBrowser, SignOn, require_who
from sso.login.destinations import SESSIONS_PATH, SIGN_IN_PATH, SYSTEMS_PATH, go
from sso.sessions.cookies import forget_session

router = APIRouter(include_in_schema=False, dependencies=[Depends(require_same_origin)])

SessionId = Annotated[UUID, Form(alias="session")]


@router.post(f"{SESSIONS_PATH}/ket-thuc")
def end_one(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    session_id: SessionId,
) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=SESSIONS_PATH)
        ended = service.end_one(session, me, session_id, browser, now)
    return go(f"{SESSIONS_PATH}?done={'ended' if ended else 'gone'}")


@router.post(f"{SESSIONS_PATH}/khong-phai-toi")
def disown(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    session_id: SessionId,
) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=SESSIONS_PATH)
        found = service.disown(session, me, session_id, browser, now)
    return go(f"{SESSIONS_PATH}?done={'disowned' if found else 'gone'}")


@router.post(f"{SESSIONS_PATH}/ket-thuc-khac")
def end_others(
    request: Request, sign_on: SignOn, browser: FromBrowser, db: Db, now: Now
) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=SESSIONS_PATH)
        service.end_others(session, me, browser, now)
    return go(f"{SESSIONS_PATH}?done=others")


@router.post(f"{SESSIONS_PATH}/moi-noi")
def sign_out_everywhere(
    request: Request, sign_on: SignOn, browser: FromBrowser, db: Db, now: Now
) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=SESSIONS_PATH)
        service.sign_out_everywhere(session, me, browser, now)
    response = go(f"{SIGN_IN_PATH}?done=everywhere")
    forget_session(response)
    return response


@router.post(f"{SYSTEMS_PATH}/thu-hoi")
def withdraw(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    client_id: Annotated[UUID, Form(alias="client")],
) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=SYSTEMS_PATH)
        client = sign_on.clients.get().by_id.get(client_id)
        if client is not None:
            service.withdraw(session, me, client, browser, now)
    return go(f"{SYSTEMS_PATH}?done=withdrawn")
