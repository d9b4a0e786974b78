"""Light or dark, chosen at the foot of the menu; for every page of ours."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from kernel.same_origin import require_same_origin
from sso.login.destinations import go, page_of_ours
from theme.appearance import choose

router = APIRouter(include_in_schema=False)


@router.post("/giao-dien", dependencies=[Depends(require_same_origin)])
def choose_appearance(
    _: Request,
    theme: Annotated[str, Form(max_length=10)] = "",
    back: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    response = go(page_of_ours(back))
    choose(response, theme)
    return response
