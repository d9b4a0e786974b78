"""Mail that is really sent and read, through the servers beside us."""

import imaplib
import smtplib
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from uuid import uuid4

from entrypoints.simulation.errors import MailNotDelivered, MailServersSilent

ANSWER_SECONDS = 20.0
DELIVERY_SECONDS = 60.0
POLL_SECONDS = 0.2
SUBJECT = "Công Vụ: thử nghiệm luân chuyển thư"
MARK = "X-Congvu-Simulation"


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody of the sample who signs in, writes and reads."""

    login: str
    address: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailServers:
    """Where they listen: on loopback, so without TLS."""

    host: str
    imap: int
    submission: int


def correspond(servers: MailServers, people: Sequence[Correspondent]) -> int:
    """Everybody writes to the next one, who reads it; how many messages.

    What was sent by somebody is read by the next one before this returns.
    Raises MailServersSilent, MailNotDelivered.
    """
    for port in (servers.submission, servers.imap):
        _require(servers.host, port)
    marks = [uuid4().hex for _ in people]
    following = [*people[1:], *people[:1]]
    for sender, recipient, mark in zip(people, following, marks, strict=True):
        _send(servers, sender, recipient, mark)
    for recipient, mark in zip(following, marks, strict=True):
        _read(servers, recipient, mark)
    return len(people)


def _require(host: str, port: int) -> None:
    try:
        socket.create_connection((host, port), timeout=ANSWER_SECONDS).close()
    except OSError:
        raise MailServersSilent(f"{host}:{port}") from None


def _send(servers: MailServers, sender: Correspondent, recipient: Correspondent, mark: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender.address, recipient.address, SUBJECT
    mail[MARK] = mark
    mail.set_content("Kính gửi đồng chí,\n\nThư này được gửi tự động để thử hệ thống.\n")
    with smtplib.SMTP(servers.host, servers.submission, timeout=ANSWER_SECONDS) as smtp:
        smtp.login(sender.login, sender.password)
        smtp.send_message(mail)


def _read(servers: MailServers, recipient: Correspondent, mark: str) -> None:
    with imaplib.IMAP4(servers.host, servers.imap, timeout=ANSWER_SECONDS) as imap:
        imap.login(recipient.login, recipient.password)
        number = _wait_for(imap, recipient, mark)
        imap.fetch(number, "(BODY[])")


def _wait_for(imap: imaplib.IMAP4, recipient: Correspondent, mark: str) -> str:
    deadline = time.monotonic() + DELIVERY_SECONDS
    while time.monotonic() < deadline:
        imap.select("INBOX")
        _, found = imap.search(None, "HEADER", MARK, mark)
        if found and found[0]:
            number: str = found[0].split()[-1].decode()
            return number
        time.sleep(POLL_SECONDS)
    raise MailNotDelivered(recipient.address)
