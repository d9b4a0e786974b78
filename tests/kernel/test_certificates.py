"""When certificates of files and of servers end, as they are now."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from cryptography import x509
from pydantic import ValidationError

from kernel.certificates import CertificateKind, CertificateSettings, Failure, Seen, look_at
from tests.support.certificates import Authority, KeyPair
from tests.support.ports import free_port
from tests.support.raw_server import LOOPBACK, answer, dripping, raw_server

SECONDS = 5.0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def pair(authority: Authority) -> KeyPair:
    return authority.for_server("mail.example")


def context_of(pair: KeyPair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


def expected(file: Path, kind: CertificateKind, name: str) -> Seen:
    parsed = x509.load_pem_x509_certificate(file.read_bytes())
    return Seen(kind, f"CN={name}", parsed.not_valid_after_utc)


@contextmanager
def mail_server(context: ssl.SSLContext | None) -> Iterator[int]:
    server = Controller(Sink(), LOOPBACK, free_port(), tls_context=context)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def test_files_of_servers_and_authorities_are_told_apart(
    authority: Authority, pair: KeyPair
) -> None:
    of_authority = expected(authority.file, CertificateKind.AUTHORITY, "Test authority")
    assert look_at(str(authority.file), SECONDS) == of_authority
    server = expected(pair.certificate, CertificateKind.SERVER, "mail.example")
    assert look_at(str(pair.certificate), SECONDS) == server


def test_a_file_without_a_certificate_is_said_to_be_unreadable(pair: KeyPair) -> None:
    for file in (pair.key, pair.key.with_name("none.pem")):
        assert look_at(str(file), SECONDS) is Failure.UNREADABLE


def test_servers_are_asked_whoever_has_signed_theirs(pair: KeyPair) -> None:
    server = expected(pair.certificate, CertificateKind.SERVER, "mail.example")
    with raw_server(answer(), context_of(pair)) as web:
        assert look_at(f"https://{LOOPBACK}:{web.port}/path", SECONDS) == server
    with mail_server(context_of(pair)) as port:
        assert look_at(f"smtp://{LOOPBACK}:{port}", SECONDS) == server


def test_who_shows_no_certificate_is_given_up_in_time() -> None:
    with raw_server(dripping(b"", seconds=1)) as silent:
        assert look_at(f"imaps://{LOOPBACK}:{silent.port}", 0.2) is Failure.UNREACHABLE
    with mail_server(None) as port:
        assert look_at(f"smtp://{LOOPBACK}:{port}", SECONDS) is Failure.UNREACHABLE
    assert look_at(f"ldaps://{LOOPBACK}:1", SECONDS) is Failure.UNREACHABLE


@pytest.mark.parametrize("server", ["mail.example", "ldap://x", "https://", "https://x:y", "/etc"])
def test_a_server_that_cannot_be_asked_is_refused_at_start(server: str) -> None:
    with pytest.raises(ValidationError):
        CertificateSettings(servers=[server])
