"""Pages of signing in. So far: activation, where the letter sends people."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from identity.accounts.activation import redeem
from identity.accounts.errors import ActivationCodeRejected, PasswordRefused
from identity.accounts.passwords import Passwords
from identity.handover.settings import ACTIVATION_PATH
from kernel.http import Db, Now
from kernel.messages import Message
from sso.login import texts
from sso.login.pages import pages

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=1000)]


@router.get(ACTIVATION_PATH)
def show_activation(request: Request) -> HTMLResponse:
    return _form(request)


@router.post(ACTIVATION_PATH)
def activate(
    request: Request, db: Db, now: Now, code: Typed = "", password: Typed = "", again: Typed = ""
) -> HTMLResponse:
    """The code itself is the credential: there is no session that a forged form could abuse."""
    if password != again:
        return _form(request, code, texts.NOT_ALIKE, "again")
    try:
        account = redeem(db, _passwords(request), code, password, now)
    except (ActivationCodeRejected, PasswordRefused) as error:
        return _form(request, code, error.message, error.place)
    return pages.render(request, "activated.html", texts=texts, login=account.login)


def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


def _form(
    request: Request, code: str = "", error: Message | None = None, place: str | None = None
) -> HTMLResponse:
    return pages.render(
        request,
        "activation.html",
        status_code=422 if error else 200,
        texts=texts,
        code=code,
        error=error,
        place=place,
        shortest=_passwords(request).shortest,
    )
