"""Where people go after signing in: on with the request that waits, or to a page of ours.

Never to an address that somebody put into a link: `to` names one of our own pages or counts for
nothing.
"""

import re
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

from sso.protocol.device import DEVICE_PATH

SIGN_IN_PATH = "/dang-nhap"
RESUME_PATH = "/oauth2/resume"
CAS_LOGIN_PATH = "/cas/login"
CHOOSE_PATH = "/chon-tai-khoan"
CONSENT_PATH = "/dong-y"
NO_ACCESS_PATH = "/khong-co-quyen"
NEW_PASSWORD_PATH = "/mat-khau-moi"  # noqa: S105  # an address
FORGOTTEN_PATH = "/quen-mat-khau"
CHANGE_PATH = "/doi-mat-khau"
HOME_PATH = "/tai-khoan"
"""The systems that one may enter."""
ME_PATH = "/tai-khoan/toi"
SECURITY_PATH = "/tai-khoan/bao-mat"
SESSIONS_PATH = "/tai-khoan/phien"
SYSTEMS_PATH = "/tai-khoan/he-thong"
MAILBOX_PATH = "/tai-khoan/hop-thu"
CONSOLE_PATH = "/quan-tri"
"""For those who have a role."""
RETURNS = frozenset(
    {
        HOME_PATH,
        ME_PATH,
        MAILBOX_PATH,
        SECURITY_PATH,
        SESSIONS_PATH,
        SYSTEMS_PATH,
        CHANGE_PATH,
        DEVICE_PATH,
    }
)
"""Pages that ask for a sign-in first and are gone back to after it."""
DEVICE_PAGE = re.compile(re.escape(DEVICE_PATH) + r"(\?user_code=[A-Za-z-]{0,20})?")
"""Gone back to with the code that was typed there."""
LONGEST = 500
SEE_OTHER = 303
NOT_KEPT = {"Cache-Control": "no-store"}


def resume_address(reference: str) -> str:
    return f"{RESUME_PATH}?{urlencode({'request': reference})}"


def destination(request: Request) -> str:
    """By the `request` or `to` in the address of the page."""
    reference = request.query_params.get("request")
    if reference:
        return resume_address(reference)
    to = request.query_params.get("to", "")
    return to if to in RETURNS or DEVICE_PAGE.fullmatch(to) else HOME_PATH


def go(address: str) -> RedirectResponse:
    return RedirectResponse(address, SEE_OTHER, NOT_KEPT)


def page_of_ours(address: str) -> str:
    """Path and query, if it is a page of the own account or of the console; else the first one."""
    parts = urlsplit(address[:LONGEST])
    inside = parts.path == CONSOLE_PATH or parts.path.startswith(CONSOLE_PATH + "/")
    if not inside and parts.path not in RETURNS:
        return HOME_PATH
    return parts.path + (f"?{parts.query}" if parts.query else "")


def to_sign_in(back: str, *, undone: bool = False) -> RedirectResponse:
    """Sign in first; then come back to one of the RETURNS, perhaps with a query.

    `undone`: a form was sent, and nothing came of it.
    """
    query = {"to": back} | ({"done": "undone"} if undone else {})
    return go(f"{SIGN_IN_PATH}?{urlencode(query)}")
