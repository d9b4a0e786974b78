"""Activation, where the letter sends people."""

from functools import partial

from fastapi import APIRouter, Depends, Request, Response

from identity.accounts.activation import redeem
from identity.accounts.models import Account, AccountKind
from identity.handover.settings import ACTIVATION_PATH
from kernel.http import Now
from kernel.same_origin import require_same_origin
from sso.http import SignOn
from sso.login import password_texts as texts
from sso.login.code_form import TypedCode, code_page, sign_in_as
from sso.login.pages import pages

router = APIRouter(include_in_schema=False)
TEMPLATE = "activation.html"


@router.get(ACTIVATION_PATH)
def show_activation(request: Request, sign_on: SignOn) -> Response:
    return code_page(request, TEMPLATE, sign_on, has_password=False)


@router.post(ACTIVATION_PATH, dependencies=[Depends(require_same_origin)])
async def activate(request: Request, sign_on: SignOn, now: Now, typed: TypedCode) -> Response:
    redeeming = partial(redeem, sign_on.database, sign_on.passwords, now=now)
    found = await typed.redeem(sign_on, redeeming, texts.CODE_MISSING)
    if isinstance(found, Account):
        return _activated(request, found)
    return code_page(request, TEMPLATE, sign_on, typed, found, has_password=False)


def _activated(request: Request, account: Account) -> Response:
    return pages.render(
        request,
        "activated.html",
        texts=texts,
        login=account.login,
        personal=account.kind is AccountKind.PERSONAL,
        sign_in=sign_in_as(request, account),
    )
