"""The first page: what waits for the caller, and where to."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from console.home import queries
from console.pages import pages
from console.session.access import AnyCaller
from kernel.access import Permission
from kernel.clock import office_day
from kernel.http import Db, Now
from sso.http import SignOn
from sso.login.destinations import CONSOLE_PATH, HOME_PATH, go

router = APIRouter(include_in_schema=False)


@router.get(f"{CONSOLE_PATH}/")
def go_home(caller: AnyCaller) -> Response:  # noqa: ARG001  # asked for like all
    return RedirectResponse(CONSOLE_PATH, HTTPStatus.PERMANENT_REDIRECT)


@router.get(CONSOLE_PATH)
def show_home(request: Request, caller: AnyCaller, db: Db, now: Now, sign_on: SignOn) -> Response:
    """Staff without a role have nothing to administer: their own account is their start."""
    if not caller.roles:
        return go(HOME_PATH)
    with db.transaction() as session:
        waiting = queries.waiting_for(session, caller, sign_on.settings, now)
        counts = queries.registry_counts(session, office_day(now))
    return pages.show(
        request,
        "home/home.html",
        caller,
        now,
        waiting=waiting,
        counts=counts,
        may_import=caller.may(Permission.IMPORT),
        may_manage_people=caller.may(Permission.MANAGE_PEOPLE),
    )
