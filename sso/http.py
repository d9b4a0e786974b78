"""What routes of single sign-on need: the assembled parts, the browser, who is signed in."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from kernel.http import client_address
from sso.assembly import SingleSignOn
from sso.sessions.cookies import session_secret
from sso.sessions.service import LONGEST_USER_AGENT, Browser, SignedIn, find_session


async def sign_on_of(request: Request) -> SingleSignOn:
    sign_on: SingleSignOn = request.app.state.sign_on
    return sign_on


async def browser_of(request: Request) -> Browser:
    agent = request.headers.get("user-agent")
    return Browser(
        client_address(request) or None,
        agent[:LONGEST_USER_AGENT] if agent else None,
    )


class SignInNeeded(Exception):  # not a failure: the answer is the sign-in page
    """`back` is one of the pages that are gone back to afterwards, perhaps with a query."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


def who(
    request: Request, session: Session, sign_on: SingleSignOn, now: datetime
) -> SignedIn | None:
    """Whoever is signed in with this browser."""
    return find_session(session, session_secret(request), settings=sign_on.settings, now=now)


def require_who(
    request: Request, session: Session, sign_on: SingleSignOn, now: datetime, *, back: str
) -> SignedIn:
    """Raises SignInNeeded, which the application answers with the sign-in page."""
    signed_in = who(request, session, sign_on, now)
    if signed_in is None:
        raise SignInNeeded(back)
    return signed_in


SignOn = Annotated[SingleSignOn, Depends(sign_on_of)]
FromBrowser = Annotated[Browser, Depends(browser_of)]
