"""Mail goes out over real SMTP; what the server says decides whether to try again."""

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from pydantic import SecretStr, ValidationError

from entrypoints.embedded.ports import LOOPBACK
from identity.directory.server.certificates import ensure_certificates
from kernel.mailer import (
    Mailer,
    MailNotConfigured,
    MailRefused,
    MailSettings,
    MailUnavailable,
)
from tests.support.ports import free_port
from tests.support.registry import NOW
from tests.support.smtp import Inbox, smtp_server

SENDER = "khong-tra-loi@backan.gov.vn"
RECIPIENT = "nga@example.org"


def settings(port: int, **more: Any) -> MailSettings:
    chosen = {"host": LOOPBACK, "port": port, "tls": "none", "sender_address": SENDER}
    return MailSettings(**(chosen | more))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailer(inbox: Inbox) -> Iterator[Mailer]:
    with smtp_server(inbox) as port:
        yield Mailer(settings(port))


def send(mailer: Mailer, recipient: str = RECIPIENT) -> None:
    mailer.send(mailer.compose(recipient, "Đặt lại mật khẩu", "Xin chào,\n\nNga.\n", now=NOW))


def test_a_mail_arrives_as_it_was_written_and_asks_for_no_answer(
    mailer: Mailer, inbox: Inbox
) -> None:
    send(mailer)
    (mail,) = inbox.mails
    assert mail["Subject"] == "Đặt lại mật khẩu"
    assert mail.get_content().replace("\r", "") == "Xin chào,\n\nNga.\n"
    assert mail["From"] == f"Công Vụ <{SENDER}>"
    assert mail["To"] == RECIPIENT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@backan.gov.vn>")


def test_mails_leave_from_several_threads_at_once(mailer: Mailer, inbox: Inbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send(mailer), range(8)))
    assert len(inbox.mails) == 8


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("550 No such user nga@example.org", MailRefused),
        ("450 Mailbox busy", MailUnavailable),
    ],
)
def test_what_the_server_says_of_the_recipient_decides(
    mailer: Mailer, inbox: Inbox, answer: str, meaning: type[Exception]
) -> None:
    inbox.to_recipient = answer
    with pytest.raises(meaning) as refusal:
        send(mailer)
    assert RECIPIENT not in str(refusal.value)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [("554 Looks like spam", MailRefused), ("452 Disk full", MailUnavailable)],
)
def test_what_the_server_says_of_the_mail_decides(
    mailer: Mailer, inbox: Inbox, answer: str, meaning: type[Exception]
) -> None:
    inbox.to_data = answer
    with pytest.raises(meaning):
        send(mailer)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(MailUnavailable):
        send(Mailer(settings(free_port())))


def test_a_silent_server_is_given_up_in_time() -> None:
    with (
        create_server((LOOPBACK, free_port())) as listener,
        pytest.raises(MailUnavailable),
    ):
        send(Mailer(settings(listener.getsockname()[1], timeout_seconds=0.2)))


def test_a_server_is_asked_whether_it_is_there_without_a_mail(mailer: Mailer, inbox: Inbox) -> None:
    mailer.ping(5.0)
    assert not inbox.mails
    with pytest.raises(MailUnavailable):
        Mailer(settings(free_port())).ping(5.0)
    with pytest.raises(MailNotConfigured):
        Mailer(MailSettings()).ping(5.0)


@pytest.mark.parametrize("recipient", ["", "nga", "nga@", "a@b.vn\nBcc: c@d.vn", "a b@c.vn"])
def test_what_is_no_address_is_refused_and_adds_no_header(mailer: Mailer, recipient: str) -> None:
    with pytest.raises(MailRefused):
        send(mailer, recipient)


def test_without_a_server_nothing_is_sent() -> None:
    for empty in (MailSettings(), MailSettings(host="")):
        mailer = Mailer(empty)
        assert not mailer.is_configured
        with pytest.raises(MailNotConfigured):
            mailer.send(EmailMessage())


@pytest.fixture
def certificates(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """The authority to trust, and what a server of its own speaks."""
    made = ensure_certificates(tmp_path, [LOOPBACK])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.server, made.key)
    return made.authority, context


def authenticate(
    _server: Any, _session: SmtpSession, _envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    assert mechanism in {"LOGIN", "PLAIN"}
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data.password == b"right", handled=False)


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_the_password_crosses_an_encrypted_connection_to_a_known_server(
    inbox: Inbox, certificates: tuple[Path, ssl.SSLContext], password: str
) -> None:
    authority, context = certificates
    options = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": authenticate,
        "auth_required": True,
    }
    login = {"username": "congvu", "password": SecretStr(password), "tls": "starttls"}
    with smtp_server(inbox, **options) as port:
        mailer = Mailer(settings(port, authority=authority, **login))
        if password == "right":
            send(mailer)
        else:
            with pytest.raises(MailUnavailable):
                send(mailer)
    assert len(inbox.mails) == (password == "right")


def test_a_server_that_nobody_vouches_for_gets_nothing(
    inbox: Inbox, certificates: tuple[Path, ssl.SSLContext]
) -> None:
    _, context = certificates
    with (
        smtp_server(inbox, tls_context=context) as port,
        pytest.raises(MailUnavailable),
    ):
        send(Mailer(settings(port, tls="starttls")))
    assert inbox.mails == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "mail.example.vn", "tls": "none"},
        {"username": "congvu"},
        {"sender_address": ""},
        {"sender_address": "not an address@"},
        {"timeout_seconds": 0},
    ],
)
def test_settings_that_would_leak_or_fail_are_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(25, **wrong)
