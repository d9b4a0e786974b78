"""Who asks for a page of the console, and what a page needs them to be allowed."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from console.session.cookies import session_secret
from console.session.service import Caller, find_caller
from kernel.access import Permission
from kernel.http import Db, Now, request_id_of
from sso.http import SignOn
from sso.login.destinations import CONSOLE_PATH

LONGEST_BACK = 1000


class ConsoleSignInNeeded(Exception):  # not a failure: the answer is the way to the sign-in page
    """`back` is the page of the console to come back to."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


def caller_of(request: Request, sign_on: SignOn, db: Db, now: Now) -> Caller:
    """Raises ConsoleSignInNeeded."""
    with db.transaction() as session:
        caller = find_caller(
            session,
            session_secret(request),
            settings=sign_on.settings,
            now=now,
            request_id=request_id_of(request),
        )
    if caller is None:
        raise ConsoleSignInNeeded(back_of(request))
    return caller


def back_of(request: Request) -> str:
    """The page that was asked for, or the one that a form was sent from."""
    if request.method == "GET" and "hx-request" not in request.headers:
        return own_page(str(request.url))
    return own_page(request.headers.get("hx-current-url") or request.headers.get("referer", ""))


def own_page(address: str) -> str:
    """Path and query of a page of the console; its start for every other address."""
    parts = urlsplit(address)
    found = parts.path + (f"?{parts.query}" if parts.query else "")
    inside = parts.path == CONSOLE_PATH or parts.path.startswith(CONSOLE_PATH + "/")
    return found if inside and len(found) <= LONGEST_BACK else CONSOLE_PATH


def require(permission: Permission) -> Callable[..., Caller]:
    """A dependency that answers with the caller, who has this permission."""

    def caller(found: Annotated[Caller, Depends(caller_of)]) -> Caller:
        found.actor.require(permission)
        return found

    return caller


AnyCaller = Annotated[Caller, Depends(caller_of)]
ReadsOrganisations = Annotated[Caller, Depends(require(Permission.READ_ORGANISATIONS))]
ManagesOrganisations = Annotated[Caller, Depends(require(Permission.MANAGE_ORGANISATIONS))]
ReadsPeople = Annotated[Caller, Depends(require(Permission.READ_PEOPLE))]
ManagesPeople = Annotated[Caller, Depends(require(Permission.MANAGE_PEOPLE))]
ReadsCitizenNumbers = Annotated[Caller, Depends(require(Permission.READ_CITIZEN_NUMBERS))]
ReadsAccounts = Annotated[Caller, Depends(require(Permission.READ_ACCOUNTS))]
ManagesAccounts = Annotated[Caller, Depends(require(Permission.MANAGE_ACCOUNTS))]
Imports = Annotated[Caller, Depends(require(Permission.IMPORT))]
ReadsDirectory = Annotated[Caller, Depends(require(Permission.READ_DIRECTORY))]
ManagesDirectory = Annotated[Caller, Depends(require(Permission.MANAGE_DIRECTORY))]
ReadsClients = Annotated[Caller, Depends(require(Permission.READ_CLIENTS))]
ManagesClients = Annotated[Caller, Depends(require(Permission.MANAGE_CLIENTS))]
ReadsUsage = Annotated[Caller, Depends(require(Permission.READ_USAGE))]
ReadsAudit = Annotated[Caller, Depends(require(Permission.READ_AUDIT))]
ManagesRoles = Annotated[Caller, Depends(require(Permission.MANAGE_ROLES))]
ReadsOperations = Annotated[Caller, Depends(require(Permission.READ_OPERATIONS))]
ManagesOperations = Annotated[Caller, Depends(require(Permission.MANAGE_OPERATIONS))]
ReadsDomains = Annotated[Caller, Depends(require(Permission.READ_DOMAINS))]
ManagesDomains = Annotated[Caller, Depends(require(Permission.MANAGE_DOMAINS))]
