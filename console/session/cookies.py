"""Cookies of the console: its session, and what is kept while somebody is at the sign-in page."""

from fastapi import Request, Response

from sso.sessions.cookies import LONGEST, read_cookie

SESSION_COOKIE = "__Host-congvu-console"
STEP_COOKIE = "__Host-congvu-console-step"
LONGEST_STEP = 4000


def session_secret(request: Request) -> str | None:
    value = read_cookie(request, SESSION_COOKIE)
    return value if value and len(value) <= LONGEST else None


def sealed_step(request: Request) -> str | None:
    value = read_cookie(request, STEP_COOKIE)
    return value if value and len(value) <= LONGEST_STEP else None


def keep(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Until the browser closes, unless `seconds` says how long."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def drop(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
