"""What a mail program says to servers and makes of their answers."""

import base64
import imaplib
import smtplib
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage


def plain(user: str, password: str) -> bytes:
    """RFC 4616; the login of Python's own clients cannot say more than ASCII."""
    return f"\0{user}\0{password}".encode()


def authenticate(smtp: smtplib.SMTP, mechanism: str, answer: bytes) -> None:
    """Raises smtplib.SMTPAuthenticationError."""
    smtp.ehlo()
    code, text = smtp.docmd("AUTH", f"{mechanism} {base64.b64encode(answer).decode()}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def compose(
    sender: str, recipients: Sequence[str], subject: str, content: str = "Kính gửi."
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(recipients), subject
    mail.set_content(content)
    return mail


def messages_in(imap: imaplib.IMAP4, folder: str = "INBOX") -> list[EmailMessage]:
    answer, lines = imap.select(f'"{folder}"', readonly=True)
    assert answer == "OK", lines
    _, found = imap.search(None, "ALL")
    numbers = found[0].split()
    if not numbers:
        return []
    _, parts = imap.fetch(b",".join(numbers).decode(), "(BODY.PEEK[])")
    return [message_from_bytes(p[1], policy=policy.default) for p in parts if isinstance(p, tuple)]
