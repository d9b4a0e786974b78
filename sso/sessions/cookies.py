"""The cookies of a browser: its session and the fact that it is known."""

from fastapi import Request, Response

SESSION_COOKIE = "__Host-congvu"
DEVICE_COOKIE = "__Host-congvu-device"
"""The prefix makes browsers insist on Secure, on the path and on this very host (RFC 6265bis)."""
LONGEST = 200


def session_secret(request: Request) -> str | None:
    return _read(request, SESSION_COOKIE)


def device_secret(request: Request) -> str | None:
    return _read(request, DEVICE_COOKIE)


def _read(request: Request, name: str) -> str | None:
    value = request.cookies.get(name)
    return value if value and len(value) <= LONGEST else None


def set_session(response: Response, secret: str) -> None:
    """Until the browser closes; how long it counts is decided here, not by the browser."""
    _set(response, SESSION_COOKIE, secret, None)


def set_device(response: Response, secret: str, days: int) -> None:
    _set(response, DEVICE_COOKIE, secret, days * 24 * 3600)


def forget_session(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _set(response: Response, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )
