"""The cookies of a browser: its session and the fact that it is known."""

from fastapi import Request, Response
from starlette.requests import HTTPConnection

SESSION_COOKIE = "__Host-congvu"
DEVICE_COOKIE = "__Host-congvu-device"
"""The prefix makes browsers insist on Secure, on the path and on this very host (RFC 6265bis)."""
LONGEST = 200


def session_secret(request: Request) -> str | None:
    return _read(request, SESSION_COOKIE)


def device_secret(request: Request) -> str | None:
    return _read(request, DEVICE_COOKIE)


def _read(request: Request, name: str) -> str | None:
    value = read_cookie(request, name)
    return value if value and len(value) <= LONGEST else None


def read_cookie(request: HTTPConnection, name: str) -> str | None:
    """The value of the one cookie with exactly this name; None where there are two.

    Frameworks take more than blanks away around a name. Then what a neighbouring host has set
    with a no-break space before our name, to browsers another one, would pass for ours.
    """
    pairs: list[tuple[bytes, bytes]] = request.scope["headers"]
    parts = [
        part.strip(b" \t").partition(b"=")
        for header, content in pairs
        if header == b"cookie"
        for part in content.split(b";")
    ]
    values = [value for found, _, value in parts if found == name.encode()]
    if len(values) != 1 or not values[0].isascii():
        return None
    return values[0].decode()


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
