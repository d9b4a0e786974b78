"""The page on which a person approves a device that has no browser."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy.orm import Session

from kernel.http import Db, Now
from kernel.messages import Message
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.http import FromBrowser, SignOn, require_who
from sso.login import device_texts
from sso.login.devices import WaitingDevice
from sso.login.pages import pages
from sso.login.scope_words import scopes_in_words
from sso.protocol.device import DEVICE_PATH
from sso.protocol.device_codes import normalise, shown
from sso.sessions.service import Browser, SignedIn
from sso.throttling.service import TooManyAttempts
from theme.faults import Fault

router = APIRouter(include_in_schema=False)

LONGEST_SHOWN = 20
TypedCode = Annotated[str, Form(max_length=200)]
Decision = Annotated[str, Form(max_length=20)]
LinkedCode = Annotated[str, Query(max_length=200)]


@router.get(DEVICE_PATH)
def show_device(request: Request, user_code: LinkedCode = "") -> Response:
    """What the link says is only filled in: a click must not approve anything."""
    return _field(request, shown(normalise(user_code))[:LONGEST_SHOWN])


@router.post(DEVICE_PATH, dependencies=[Depends(require_same_origin)])
def answer_device(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    user_code: TypedCode = "",
    decision: Decision = "",
) -> Response:
    """First the code alone, then the code with a decision."""
    code = shown(normalise(user_code))[:LONGEST_SHOWN]
    back = f"{DEVICE_PATH}?{urlencode({'user_code': code})}"
    try:
        with db.transaction() as session:
            signed_in = require_who(request, session, sign_on, now, back=back)
            device = sign_on.devices.find(session, code, signed_in, now)
            if device is None:
                return _field(request, code, Fault(device_texts.UNKNOWN, "user_code"))
            if not decision:
                return _question(request, code, device, signed_in)
            return _decided(request, sign_on, session, device, signed_in, browser, decision, now)
    except TooManyAttempts as error:
        return _field(request, code, wait=error.seconds)


def _decided(
    request: Request,
    sign_on: SingleSignOn,
    session: Session,
    device: WaitingDevice,
    signed_in: SignedIn,
    browser: Browser,
    decision: str,
    now: datetime,
) -> Response:
    texts = device_texts
    if decision != "allow":
        sign_on.devices.deny(device, now)
        return _result(request, device, texts.DENIED, texts.DENIED_LEAD)
    if sign_on.devices.approve(session, device, signed_in, browser, now):
        return _result(request, device, texts.DONE, texts.DONE_LEAD)
    return _result(request, device, texts.NO_ACCESS, texts.NO_ACCESS_LEAD, status=403)


def _field(
    request: Request, code: str, fault: Fault | None = None, *, wait: int | None = None
) -> Response:
    return pages.render(
        request,
        "device.html",
        status_code=422 if fault else 200,
        texts=device_texts,
        code=code,
        faults=[fault] if fault else [],
        wait=wait,
    )


def _question(request: Request, code: str, device: WaitingDevice, signed_in: SignedIn) -> Response:
    return pages.render(
        request,
        "device_question.html",
        texts=device_texts,
        code=code,
        client=device.client.description,
        asked=scopes_in_words(device.row.scope),
        account=signed_in.account,
    )


def _result(
    request: Request, device: WaitingDevice, title: Message, lead: Message, *, status: int = 200
) -> Response:
    return pages.render(
        request,
        "device_result.html",
        status_code=status,
        client=device.client.description,
        title=title,
        lead=lead,
    )
