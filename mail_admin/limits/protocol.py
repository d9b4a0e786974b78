"""Postfix asks what to do with a recipient: SMTP access policy delegation.

A request is lines of name=value and an empty line; the answer is action=… and an empty line.
Source: SMTPD_POLICY_README of Postfix.
"""

from asyncio import IncompleteReadError, LimitOverrunError, StreamReader
from collections.abc import Mapping

LONGEST_LINE_BYTES = 8192
MOST_LINES = 100
REQUEST = "smtpd_access_policy"

Request = Mapping[str, str]


class NotOurProtocol(ValueError):
    """What came is no request; Postfix does as it is told for a service that fails."""


async def read_request(reader: StreamReader) -> Request | None:
    """None when the other side has hung up between two requests. Raises NotOurProtocol."""
    attributes: dict[str, str] = {}
    for _ in range(MOST_LINES):
        line = await _read_line(reader, first=not attributes)
        if line is None:
            return None
        if not line:
            return _checked(attributes)
        name, equals, value = line.partition("=")
        if not equals or not name:
            raise NotOurProtocol("a line without name and value")
        attributes[name] = value
    raise NotOurProtocol("too many lines")


async def _read_line(reader: StreamReader, *, first: bool) -> str | None:
    try:
        line = await reader.readuntil(b"\n")
    except IncompleteReadError as error:
        if first and not error.partial:
            return None
        raise NotOurProtocol("ended in the middle") from None
    except LimitOverrunError:
        raise NotOurProtocol("a line without end") from None
    try:
        return line[:-1].decode()
    except UnicodeDecodeError:
        raise NotOurProtocol("not UTF-8") from None


def _checked(attributes: dict[str, str]) -> Request:
    if attributes.get("request") != REQUEST:
        raise NotOurProtocol("not a request for an access policy")
    return attributes


def answer(action: str) -> bytes:
    return f"action={action}\n\n".encode()
