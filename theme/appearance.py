"""Light or dark, for whoever does not want what the device says."""

from fastapi import Request, Response

COOKIE = "__Host-congvu-theme"
APPEARANCES = ("light", "dark")
A_YEAR = 365 * 24 * 3600


def appearance_of(request: Request) -> str:
    """Empty: as the device wishes."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in APPEARANCES else ""


def choose(response: Response, appearance: str) -> None:
    """Kept for a year; a word that is neither changes nothing."""
    if appearance in APPEARANCES:
        response.set_cookie(
            COOKIE, appearance, max_age=A_YEAR, path="/", secure=True, httponly=True, samesite="lax"
        )
