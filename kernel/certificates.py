"""Certificates of our own servers and of the authorities they trust: when each of them ends."""

import enum
import smtplib
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cryptography import x509
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base

STARTTLS = "smtp"
PORTS = {"https": 443, "ldaps": 636, "imaps": 993, "smtps": 465, STARTTLS: 587}
"""Of servers that speak TLS from the first byte, and of one that is asked to begin it."""


class CertificateSettings(BaseModel):
    """Certificates whose end is watched. Environment: CONGVU_CERTIFICATES__*."""

    files: list[Path] = []
    """Certificates in PEM of servers or authorities, besides those that other settings name."""
    servers: list[str] = []
    """Servers that are asked for theirs, besides those that other settings name, such as
    ["https://congvu.backan.gov.vn", "imaps://mail.backan.gov.vn"]: https, ldaps, imaps, smtps, or
    smtp for STARTTLS."""
    timeout_seconds: float = Field(default=5.0, gt=0)
    """For asking one server."""

    @field_validator("servers")
    @classmethod
    def _can_be_asked(cls, servers: list[str]) -> list[str]:
        for one in servers:
            if not can_be_asked(one):
                raise ValueError(f"certificates are asked for at {', '.join(PORTS)}://, got {one}")
        return servers


class CertificateKind(enum.StrEnum):
    SERVER = "server"
    AUTHORITY = "authority"


class Failure(enum.StrEnum):
    UNREADABLE = "unreadable"
    """The file is not there, or holds no certificate."""
    UNREACHABLE = "unreachable"
    """The server shows none within the time."""


class WatchedCertificate(Base):
    """As it was when it was last looked at; of several in one file the one that ends first."""

    __tablename__ = "kernel_certificate"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    """A file, or the address of a server."""
    kind: Mapped[CertificateKind | None]
    subject: Mapped[str | None]
    ends_at: Mapped[datetime | None]
    looked_at: Mapped[datetime]
    failure: Mapped[Failure | None]
    """Why nothing newer is known."""


@dataclass(frozen=True, slots=True)
class Seen:
    kind: CertificateKind
    subject: str
    ends_at: datetime


def can_be_asked(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def look_at(source: str, timeout_seconds: float) -> Seen | Failure:
    """A server is told nothing and asked nothing; whether it is to be trusted is not looked at."""
    if not can_be_asked(source):
        return _read(Path(source))
    try:
        return _seen(x509.load_der_x509_certificate(_shown_by(urlsplit(source), timeout_seconds)))
    except (OSError, ValueError, smtplib.SMTPException):
        return Failure.UNREACHABLE


def _read(file: Path) -> Seen | Failure:
    try:
        found = [_seen(one) for one in x509.load_pem_x509_certificates(file.read_bytes())]
    except (OSError, ValueError):
        return Failure.UNREADABLE
    return min(found, key=lambda one: one.ends_at, default=Failure.UNREADABLE)


def _shown_by(address: SplitResult, timeout_seconds: float) -> bytes:
    """In DER. Raises OSError, SMTPException, ValueError."""
    host, port = address.hostname or "", address.port or PORTS[address.scheme]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # one that ended is shown too
    if address.scheme == STARTTLS:
        with smtplib.SMTP(host, port, timeout=timeout_seconds) as server:
            server.starttls(context=context)
            return _certificate_of(server.sock)
    with (
        socket.create_connection((host, port), timeout=timeout_seconds) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        return _certificate_of(connection)


def _certificate_of(connection: socket.socket | None) -> bytes:
    shown = isinstance(connection, ssl.SSLSocket) and connection.getpeercert(binary_form=True)
    if not shown:
        raise ValueError("no certificate was shown")
    return shown


def _seen(certificate: x509.Certificate) -> Seen:
    kind = CertificateKind.AUTHORITY if _signs_others(certificate) else CertificateKind.SERVER
    return Seen(kind, certificate.subject.rfc4514_string(), certificate.not_valid_after_utc)


def _signs_others(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
