"""What routes of single sign-on need: the assembled parts, the browser, who is signed in."""

from typing import Annotated

from fastapi import Depends, Request

from sso.assembly import SingleSignOn
from sso.sessions.service import LONGEST_USER_AGENT, Browser


async def sign_on_of(request: Request) -> SingleSignOn:
    sign_on: SingleSignOn = request.app.state.sign_on
    return sign_on


async def browser_of(request: Request) -> Browser:
    agent = request.headers.get("user-agent")
    return Browser(
        request.client.host if request.client else None,
        agent[:LONGEST_USER_AGENT] if agent else None,
    )


SignOn = Annotated[SingleSignOn, Depends(sign_on_of)]
FromBrowser = Annotated[Browser, Depends(browser_of)]
