"""Understands what our configuration has Dovecot write (deploy/dovecot/usage.conf).

Sign-ins and bodies read are events that its exporter writes as JSON, deliveries a line of LMTP,
POP3 tells at the end of a session how many messages were taken. Tried with 2.3.19.1.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from sqlalchemy.orm import Session

from mail_admin.usage.events import MOST_AT_ONCE, Observed, event_id
from mail_admin.usage.log_time import iso_moment
from mail_admin.usage.models import EventKind
from mail_admin.usage.settings import UsageSettings

SOURCE = "dovecot"
EXPORTED = re.compile(r"(?:\S+|\w{3} [ \d]\d [\d:]{8} \S+ dovecot:) stats: (?:Info: )?(?=\{)")
"""Nothing before it that a stranger may have chosen, such as the name in a failed sign-in."""
DELIVERED = re.compile(
    r"(\S+) (?:lmtp|lda)\(([^()<>]+)\)<\d+><([^<>]+)>: Info: (?:sieve: )?"
    r"usage size=(\d+): (?:saved mail to|stored mail into mailbox) "
)
POP3_READ = re.compile(
    r"(\S+) pop3\(([^()<>]+)\)<\d+><([^<>]+)>: Info: Disconnected: .*?\bretr=(\d{1,9})/"
)
MAILBOX_PROTOCOLS = frozenset({"imap", "pop3"})
DECODE = json.JSONDecoder().raw_decode
SIGN_IN, COMMAND, READ_REASON = "auth_request_finished", "imap_command_finished", "imap:fetch_body"


class DovecotReader:
    remembers = False

    def __init__(self, settings: UsageSettings) -> None:
        self._mechanisms = {name.upper() for name in settings.web_mechanisms}
        self._service_logins = {name.lower() for name in settings.service_logins}
        self._prefix = settings.shared_prefix.strip("/") + "/"
        self._is_service = _membership(settings.service_networks)
        self._is_webmail = _membership(settings.webmail_networks)

    def resume(self, _session: Session) -> None:
        """Nothing is kept from line to line."""

    def commit(self, _session: Session) -> None:
        """Nothing."""

    def read(self, lines: Sequence[str]) -> tuple[list[Observed], Counter[str]]:
        events: list[Observed] = []
        faults: Counter[str] = Counter()
        for line in lines:
            event = None
            if " stats: " in line and (exported := EXPORTED.match(line)):
                try:
                    event = self.exported(_decoded(line, exported.end()))
                except (ValueError, RecursionError):
                    faults["malformed"] += 1
            elif "usage size=" in line:
                event = _delivered(line)
            elif " retr=" in line:
                event = _pop3_read(line)
            if event is not None:
                events.append(event)
        return events, faults

    def exported(self, told: Any) -> Observed | None:
        """What Dovecot's exporter says, by whichever way it came. None when it says nothing.

        Raises ValueError for what is no event.
        """
        fields = told.get("fields") if isinstance(told, dict) else None
        if not isinstance(fields, dict):
            raise ValueError("no fields")  # noqa: TRY004  # of the text, as all else that is wrong
        name = told.get("event")
        if name not in {SIGN_IN, COMMAND}:
            return None
        ended, whose = told.get("end_time"), fields.get("user")
        at = iso_moment(ended) if isinstance(ended, str) else None
        user = whose.lower() if isinstance(whose, str) else ""
        if at is None:
            raise ValueError("no time")
        if not user:
            return None
        return (
            self._sign_in(told, fields, user, at)
            if name == SIGN_IN
            else self._read(fields, user, at)
        )

    def _sign_in(
        self, told: dict[str, Any], fields: dict[str, Any], user: str, at: float
    ) -> Observed | None:
        succeeded = fields.get("success") == "yes"
        if succeeded and _text(fields, "service") not in MAILBOX_PROTOCOLS:
            return None  # submission and filters: no mailbox is opened
        session, began = _text(fields, "session"), _text(told, "start_time")
        kind = self._channel(fields, user) if succeeded else EventKind.FAILED_SIGN_IN
        key = event_id(SOURCE, SIGN_IN, _text(told, "hostname"), session, began, user, kind.value)
        return Observed(key, at, user, kind.value)

    def _channel(self, fields: dict[str, Any], user: str) -> EventKind:
        """Who sat there: a person at the webmail, a program of theirs, or a machine."""
        remote = _text(fields, "real_remote_ip") or _text(fields, "remote_ip")
        if user in self._service_logins or self._is_service(remote):
            return EventKind.SERVICE_SIGN_IN
        if _text(fields, "mechanism").upper() in self._mechanisms or self._is_webmail(remote):
            return EventKind.WEB_SIGN_IN
        return EventKind.PROGRAM_SIGN_IN

    def _read(self, fields: dict[str, Any], user: str, at: float) -> Observed | None:
        reasons = fields.get("reason_code")
        if not isinstance(reasons, list) or READ_REASON not in reasons:
            return None
        if fields.get("tagged_reply_state") != "OK":
            return None
        messages = _text(fields, "cmd_args").partition(" ")[0]
        folder, command = _text(fields, "mailbox"), _text(fields, "cmd_name")
        key = event_id(SOURCE, COMMAND, _text(fields, "session"), user, folder, command, messages)
        return Observed(key, at, self._owner(folder) or user, READ, count_messages(messages))

    def _owner(self, folder: str) -> str | None:
        """Of an organisation mailbox that a custodian reads in."""
        if not folder.startswith(self._prefix):
            return None
        return folder[len(self._prefix) :].partition("/")[0].lower() or None


READ = EventKind.READ.value


def _decoded(line: str, begin: int) -> Any:
    """The JSON that the rest of the line is; `json.loads` would look at it three times."""
    told, end = DECODE(line, begin)
    if end != len(line) and line[end:].strip(" \t\n\r"):
        raise ValueError("more than one value")
    return told


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def count_messages(numbers: str) -> int:
    """Of a sequence set such as `3,5:7` (RFC 9051 section 9); `*` stands for one message."""
    total = 0
    for part in numbers.split(","):
        first, _, last = part.partition(":")
        if first.isdecimal() and last.isdecimal() and len(first) < 11 and len(last) < 11:  # noqa: PLR2004
            total += abs(int(last) - int(first)) + 1
        else:
            total += 1
    return min(total, MOST_AT_ONCE)


def _delivered(line: str) -> Observed | None:
    found = DELIVERED.match(line)
    at = iso_moment(found[1]) if found else None
    if found is None or at is None:
        return None
    user, session = found[2].lower(), found[3]
    key = event_id(SOURCE, "delivered", session, user)
    return Observed(key, at, user, EventKind.DELIVERED.value, 1, int(found[4][:16]))


def _pop3_read(line: str) -> Observed | None:
    found = POP3_READ.match(line)
    at = iso_moment(found[1]) if found else None
    if found is None or at is None or not int(found[4]):
        return None
    user, session = found[2].lower(), found[3]
    key = event_id(SOURCE, "pop3", session, user)
    return Observed(key, at, user, READ, min(int(found[4]), MOST_AT_ONCE))


def _membership(networks: Sequence[Any]) -> Any:
    """Whether an address is in one of them; few addresses sign in often."""

    @lru_cache(maxsize=8192)
    def is_member(text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in networks)

    return is_member
