"""What a server says of a mail that it could not deliver: delivery status notifications.

Strict: whatever is not such a report (RFC 3464 in a report of RFC 6522), or names a recipient who
may have the mail, says nothing. Only the beginning is looked at, parts are never nested, nothing is
decoded, and of what is there only status codes are kept. Anybody may have written it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

LOOKED_AT_BYTES = 128 * 1024
"""The report comes before the mail that it is about; what is longer is cut."""
MOST_HEADER_BYTES = 32 * 1024
LONGEST_CONTENT_TYPE = 1000
MOST_PARTS = 8
MOST_RECIPIENTS = 50
REPORTS = {"message/delivery-status", "message/global-delivery-status"}
"""The second one with addresses beyond ASCII (RFC 6533)."""
STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
EMPTY_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
FULL = "2.2"
"""Mailbox full (RFC 3463 section 3.3): it will pass, whatever class a server gives it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Nobody got the mail."""

    status: str
    """Such as 5.1.1, of the recipient with the least hopeless one."""

    @property
    def is_for_good(self) -> bool:
        return self.status.startswith("5.") and self.status[2:] != FULL


def read_report(mail: bytes) -> Failure | None:
    """None for what does not say that the mail reached nobody."""
    head, body = _split(mail[:LOOKED_AT_BYTES])
    kind = _content_type(head)
    if kind is None or kind.get_content_type() != "multipart/report":
        return None
    if str(kind.get_param("report-type", "")).lower() != "delivery-status":
        return None
    boundary = kind.get_boundary()
    if not boundary or len(boundary) > 70:  # noqa: PLR2004  # RFC 2046 section 5.1.1
        return None
    for part in _parts(body, boundary):
        inner_head, content = _split(part)
        inner = _content_type(inner_head)
        if inner is not None and inner.get_content_type() in REPORTS:
            return _outcome(content)
    return None


def _outcome(content: bytes) -> Failure | None:
    """Of the groups behind the first, which is about the mail, each is about one recipient."""
    groups = [group for group in EMPTY_LINE.split(content.strip()) if group.strip()][1:]
    if not 1 <= len(groups) <= MOST_RECIPIENTS:
        return None
    statuses = [_failed_status(_fields(group)) for group in groups]
    failures = [Failure(status) for status in statuses if status is not None]
    if len(failures) < len(groups):
        return None
    return min(failures, key=lambda failure: failure.is_for_good)


def _failed_status(fields: dict[str, str]) -> str | None:
    """Delayed, delivered, relayed and expanded are no failures (RFC 3464 section 2.3.3)."""
    status = STATUS.match(fields.get("status", ""))
    action = fields.get("action", "").partition("(")[0].strip().lower()
    if "final-recipient" not in fields or action != "failed":
        return None
    return status[0] if status and status[1] != "2" else None


def _split(text: bytes) -> tuple[bytes, bytes]:
    found = EMPTY_LINE.search(text[: MOST_HEADER_BYTES + 4])
    if text[:1] in {b"\r", b"\n"} or found is None:
        return b"", b""
    return text[: found.start()], text[found.end() :]


def _content_type(head: bytes) -> Message | None:
    value = _fields(head).get("content-type", "")
    if not value or len(value) > LONGEST_CONTENT_TYPE:
        return None
    message = Message()
    message["Content-Type"] = value
    return message


def _fields(head: bytes) -> dict[str, str]:
    """The first of each name; lines that go on are joined."""
    fields: dict[str, str] = {}
    name = ""
    for line in head.decode("ascii", errors="replace").splitlines():
        if line[:1] in {" ", "\t"}:
            if name and len(fields[name]) <= LONGEST_CONTENT_TYPE:
                fields[name] += f" {line.strip()}"
            continue
        before, colon, value = line.partition(":")
        name = before.strip().lower() if colon else ""
        if name in fields:
            name = ""
        elif name:
            fields[name] = value.strip()
    return fields


def _parts(body: bytes, boundary: str) -> Iterator[bytes]:
    """What stands between lines of the boundary; nothing behind the end is looked at."""
    try:
        mark = re.escape(f"--{boundary}".encode("ascii"))
    except UnicodeEncodeError:
        return
    lines = re.finditer(rb"^" + mark + rb"(--)?[ \t]*\r?$", body, re.MULTILINE)
    found = list(islice(lines, MOST_PARTS + 1))
    for place, begin in enumerate(found):
        if begin[1]:
            return
        end = found[place + 1].start() if place + 1 < len(found) else len(body)
        yield body[begin.end() + 1 : end]
