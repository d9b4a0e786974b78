"""Light or dark, for whoever does not want what the device says."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from console.pages import THEME_COOKIE, THEMES
from console.session.access import own_page
from console.session.cookies import keep
from kernel.same_origin import require_same_origin
from sso.login.destinations import go

router = APIRouter(include_in_schema=False)
A_YEAR_SECONDS = 365 * 24 * 3600


@router.post("/quan-tri/giao-dien", dependencies=[Depends(require_same_origin)])
def choose_theme(
    _: Request,
    theme: Annotated[str, Form(max_length=10)] = "",
    back: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    response = go(own_page(back))
    if theme in THEMES:
        keep(response, THEME_COOKIE, theme, seconds=A_YEAR_SECONDS)
    return response
