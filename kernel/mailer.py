"""Sending mail: the only door to SMTP. Slow, so jobs use it and requests do not."""

import asyncio
import contextlib
import socket
import ssl
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Literal, Self

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from kernel.authorities import AuthorityFile
from kernel.errors import Invalid, Unavailable
from kernel.return_path import LONGEST_LOCAL_PART, MailReference, ReturnPath

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PERMANENT = range(500, 600)
"""RFC 5321 section 4.2.1: asking again will not help. 4yz: it may."""
GOODBYE_SECONDS = 2.0


class MailSettings(BaseModel):
    """How to send mail. Environment: CONGVU_MAIL__*."""

    host: str | None = None
    """Server that takes our mail; without one, nothing that needs mail is offered."""
    port: int = Field(default=587, ge=1, le=65535)
    """Port of that server."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """`tls` from the first byte (port 465), `starttls` on the way, `none` on loopback only."""
    authority: AuthorityFile = None
    """Certificate of the authority that signed the server's; empty for those of the system."""
    username: str = ""
    """Empty for a server that knows us by our address."""
    password: SecretStr = SecretStr("")
    """Of that user."""
    sender_address: str = ""
    """Such as khong-tra-loi@backan.gov.vn."""
    sender_name: str = "Công Vụ"
    """What stands before the address of the sender."""
    return_address: str = ""
    """Such as congvu-bounce@backan.gov.vn: what cannot be delivered comes back to this address with
    an extension for each mail, where CONGVU_BOUNCES__* reads it. For a server that lets us send as
    it, such as our Postfix; empty for mail to come back to sender_address, unread."""
    timeout_seconds: float = Field(default=20.0, gt=0)
    """Limit for one mail from the connection to the last answer; a job that meets it is retried."""

    @field_validator("host", mode="before")
    @classmethod
    def _empty_is_none(cls, host: str | None) -> str | None:
        return host or None

    @model_validator(mode="after")
    def _is_complete_and_never_in_clear(self) -> Self:
        if self.host is None:
            return self
        if self.tls == "none" and self.host not in LOOPBACK:
            raise ValueError("mail in clear is for loopback only; use starttls or tls")
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("username and password of the mail server belong together")
        if "@" not in self.sender_address:
            raise ValueError("sender_address must be an address, such as no-reply@example.gov.vn")
        _address(self.sender_address, self.sender_name)
        return self

    @model_validator(mode="after")
    def _returns_leave_room_for_an_extension(self) -> Self:
        if not self.return_address:
            return self
        local_part = _address(self.return_address).username
        if "+" in local_part or len(local_part) > LONGEST_LOCAL_PART:
            raise ValueError(
                f"return_address has no + and at most {LONGEST_LOCAL_PART} letters before the @"
            )
        return self


def _address(address: str, name: str = "") -> Address:
    """Raises ValueError, whatever the parser of the library raises."""
    try:
        return Address(name, addr_spec=address)
    except (MessageError, IndexError) as error:
        raise ValueError(f"not an address: {type(error).__name__}") from None


class MailUnavailable(Unavailable):
    code = "mail-unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Máy chủ thư chưa nhận thư; hãy thử lại sau.",
            "The mail server does not take the mail now; try again later.",
        )


class MailNotConfigured(Unavailable):
    code = "mail-not-configured"

    def __init__(self) -> None:
        super().__init__(
            "Chưa thiết lập máy chủ thư (CONGVU_MAIL__HOST).",
            "No mail server is set (CONGVU_MAIL__HOST).",
        )


class MailRefused(Invalid):
    code = "mail-refused"

    def __init__(self) -> None:
        super().__init__(
            "Máy chủ thư từ chối thư hoặc địa chỉ nhận.",
            "The mail server refuses the mail or its recipient.",
        )


class Mailer:
    """Hands one mail at a time to the server of the settings."""

    def __init__(self, settings: MailSettings, return_path: ReturnPath | None = None) -> None:
        self._settings = settings
        self._return_path = return_path

    @property
    def is_configured(self) -> bool:
        return self._settings.host is not None

    def compose(self, recipient: str, subject: str, text: str, *, now: datetime) -> EmailMessage:
        """A mail that no machine answers (RFC 3834 section 5). Raises MailRefused."""
        settings = self._settings
        message = EmailMessage()
        try:
            message["From"] = _address(settings.sender_address, settings.sender_name)
            message["To"] = _address(recipient)
        except ValueError:
            raise MailRefused from None
        message["Subject"] = subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=settings.sender_address.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message

    def send(self, message: EmailMessage, about: MailReference | None = None) -> None:
        """From a thread without an event loop of its own, such as a job's or a command's.

        `about` is what will be found again if the mail comes back later.
        Raises MailNotConfigured, MailUnavailable (try again), MailRefused (do not).
        """
        if not self.is_configured:
            raise MailNotConfigured
        try:
            refused = asyncio.run(self._send(message, self._envelope_sender(about)))
        except (SMTPException, OSError, TimeoutError) as error:
            raise _meaning_of(error) from None  # theirs quotes addresses
        if refused:
            raise MailRefused

    def ping(self, seconds: float) -> None:
        """Sign in as for a mail, and send none. Raises MailNotConfigured, MailUnavailable."""
        if not self.is_configured:
            raise MailNotConfigured
        try:
            asyncio.run(self._greet(seconds))
        except (SMTPException, OSError, TimeoutError):
            raise MailUnavailable from None

    async def _greet(self, seconds: float) -> None:
        client = self._client()
        try:
            async with asyncio.timeout(seconds):
                await self._connect(client)
            await _say_goodbye(client)
        finally:
            await _drop(client)

    def _envelope_sender(self, about: MailReference | None) -> str:
        if about is None or self._return_path is None:
            return self._settings.sender_address
        return self._return_path.address_of(about)

    async def _send(self, message: EmailMessage, sender: str) -> bool:
        """Whether one of several recipients was refused; of a single one that is an error."""
        client = self._client()
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                await self._connect(client)
                refused, _ = await client.send_message(message, sender=sender)
            await _say_goodbye(client)
        finally:
            await _drop(client)
        return bool(refused)

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.tls == "tls",
            start_tls=False,  # is done below, step by step
            tls_context=ssl.create_default_context(cafile=settings.authority),
            timeout=settings.timeout_seconds,
            local_hostname=socket.gethostname(),  # the library would ask the name server
        )

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        settings = self._settings
        await client.connect()
        if settings.tls == "starttls":
            await client.starttls()
        if settings.username:
            await client.login(settings.username, settings.password.get_secret_value())


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    """The mail is taken by now: what goes wrong here must not send it again."""
    with contextlib.suppress(SMTPException, OSError):
        await client.execute_command(b"QUIT", timeout=GOODBYE_SECONDS)


async def _drop(client: aiosmtplib.SMTP) -> None:
    """Without waiting for the other side to say goodbye: the event loop ends with us."""
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
        await asyncio.sleep(0)


def _meaning_of(error: Exception) -> MailRefused | MailUnavailable:
    """A wrong password of ours is for the operator to mend; the mail itself can wait for that."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return MailUnavailable()
    if isinstance(error, SMTPRecipientsRefused):
        permanent = all(one.code in PERMANENT for one in error.recipients)
    else:
        permanent = isinstance(error, SMTPResponseException) and error.code in PERMANENT
    return MailRefused() if permanent else MailUnavailable()
