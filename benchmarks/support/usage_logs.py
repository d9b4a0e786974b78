"""Logs as Dovecot and Postfix write them with our configuration, of a working hour."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"


@dataclass(slots=True)
class Written:
    lines: int = 0
    bytes: int = 0
    events: Counter[str] = field(default_factory=Counter)
    """By the kind that they are to be counted as."""

    @property
    def total(self) -> int:
        return self.events.total()


def write_logs(
    dovecot: Path, postfix: Path, *, events: int, mailboxes: int, seed: int, began: datetime
) -> Written:
    """`events` of them at least, the same for the same seed."""
    written = Written()
    chance = random.Random(seed)  # noqa: S311
    with dovecot.open("w") as to_dovecot, postfix.open("w") as to_postfix:
        number = 0
        while written.total < events:
            number += 1
            at = began + timedelta(milliseconds=number * 20)
            login = f"canbo{chance.randint(1, mailboxes)}"
            session = f"{seed:04x}{number:012x}"
            if chance.random() < 0.1:  # noqa: PLR2004
                lines, target = _sending(chance, login, at, number), to_postfix
            else:
                lines, target = _visit(chance, login, at, session), to_dovecot
            for line, kind in lines:
                target.write(line + "\n")
                written.lines += 1
                if kind:
                    written.events[kind] += 1
    written.bytes = dovecot.stat().st_size + postfix.stat().st_size
    return written


Line = tuple[str, str]
"""What is written and the kind of event it is, empty for none."""


def _visit(chance: random.Random, login: str, at: datetime, session: str) -> Iterator[Line]:
    """Somebody, or their phone, looks into the mailbox; mail arrives meanwhile."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S+0000")
    web = chance.random() < 0.3  # noqa: PLR2004
    yield (
        f"{stamp} stats: Info: "
        + _event("auth_request_finished", at, _sign_in(login, session, web=web)),
        "web_sign_in" if web else "program_sign_in",
    )
    yield (
        (
            f"{stamp} imap-login: Info: Login: user=<{login}> method=PLAIN rip=10.0.0.9"
            f" lip=10.0.0.2 mpid=4711 session=<{session}>"
        ),
        "",
    )
    for message in range(chance.randint(0, 3)):
        yield (
            f"{stamp} stats: Info: "
            + _event("imap_command_finished", at, _reading(login, session, message + 1)),
            "read",
        )
    yield (
        (
            f"{stamp} imap({login})<4711><{session}>: Info: Disconnected: Logged out in=201"
            " out=1698 deleted=0 expunged=0 trashed=0 hdr_count=2 body_count=5 body_bytes=343"
        ),
        "",
    )
    for delivery in range(chance.randint(0, 2)):
        yield (
            (
                f"{stamp} lmtp({login})<4712><{session}L:T{delivery}>: Info:"
                f" usage size={chance.randint(900, 90_000)}: saved mail to INBOX"
            ),
            "delivered",
        )


def _event(name: str, at: datetime, fields: dict[str, object]) -> str:
    moment = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = {"event": name, "hostname": "mail", "start_time": moment, "end_time": moment}
    return json.dumps({**told, "fields": fields}, separators=(",", ":"))


def _sign_in(login: str, session: str, *, web: bool) -> dict[str, object]:
    return {
        "duration": 61,
        "success": "yes",
        "policy_result": "ok",
        "mechanism": "XOAUTH2" if web else "PLAIN",
        "transport": "TLS",
        "service": "imap",
        "session": session,
        "local_ip": "10.0.0.2",
        "real_local_ip": "10.0.0.2",
        "remote_ip": "10.0.0.9",
        "real_remote_ip": "10.0.0.9",
        "local_port": 993,
        "real_local_port": 993,
        "remote_port": 40140,
        "real_remote_port": 40140,
        "original_user": login,
        "user": login,
        "translated_user": login,
    }


def _reading(login: str, session: str, message: int) -> dict[str, object]:
    return {
        "user": login,
        "local_ip": "10.0.0.2",
        "local_port": 993,
        "remote_ip": "10.0.0.9",
        "remote_port": 40140,
        "session": session,
        "duration": 500,
        "cmd_tag": "IEDP4",
        "cmd_name": "UID FETCH",
        "cmd_input_name": "UID FETCH",
        "cmd_args": f"{message} (BODY[])",
        "cmd_human_args": f"{message} (BODY[])",
        "tagged_reply_state": "OK",
        "tagged_reply": "OK Fetch completed.",
        "running_usecs": 488,
        "bytes_in": 12,
        "bytes_out": 329,
        "reason_code": ["imap:cmd_uid_fetch", "imap:fetch_body"],
        "mailbox": "INBOX",
    }


def _sending(chance: random.Random, login: str, at: datetime, number: int) -> Iterator[Line]:
    """One message with a recipient inside and sometimes one outside."""
    stamp = f"{at:%b} {at.day:2} {at:%H:%M:%S}"
    queue_id = f"{_base52(int(at.timestamp()), 6)}{_base52(at.microsecond, 4)}z{number:x}"

    def line(program: str, said: str) -> str:
        return f"{stamp} mail postfix/{program}[815]: {queue_id}: {said}"

    yield (
        line(
            "submission/smtpd",
            f"client=unknown[10.0.0.9], sasl_method=PLAIN, sasl_username={login}",
        ),
        "",
    )
    yield line("cleanup", f"message-id=<{number}@mail>"), ""
    size = chance.randint(900, 90_000)
    yield line("qmgr", f"from=<{login}@backan.gov.vn>, size={size}, nrcpt=2 (queue active)"), "sent"
    yield line("lmtp", "to=<x@backan.gov.vn>, relay=10.0.0.2, dsn=2.0.0, status=sent (250 ok)"), ""
    if chance.random() < 0.5:  # noqa: PLR2004
        answer = f"250 2.0.0 OK {number}"
        yield line("smtp", f"to=<x@example.org>, relay=mx, status=sent ({answer})"), "sent_outside"
    yield line("qmgr", "removed"), ""


def _base52(number: int, digits: int) -> str:
    text = ""
    while number or len(text) < digits:
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    return text


def working_hour() -> datetime:
    """A while ago today, so that nothing lies ahead."""
    return datetime.now(UTC) - timedelta(hours=12)
