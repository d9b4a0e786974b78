"""Opening an authenticated connection with ldap3."""

import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

with warnings.catch_warnings():
    # ldap3 2.9.1 asks pyasn1 for names that it has since spelled otherwise.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.core.exceptions import LDAPExceptionError

from identity.directory.errors import DirectoryRefused, DirectoryUnavailable
from identity.directory.settings import DirectorySettings
from kernel.errors import DomainError

Connection = ldap3.Connection

INVALID_CREDENTIALS, CONFIDENTIALITY_REQUIRED = 49, 13


class VerifiedTls(ldap3.Tls):
    """TLS by Python's own verification: ldap3's uses a function that Python 3.12 removed."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._verified = context

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: FBT001, FBT002  # ldap3's signature
        connection.socket = self._verified.wrap_socket(
            connection.socket,
            server_hostname=connection.server.host,
            do_handshake_on_connect=do_handshake,
        )


def connect(settings: DirectorySettings) -> Connection:
    """Connected, encrypted, signed in, the server's abilities read.

    Raises DirectoryUnavailable, DirectoryRefused.
    """
    connection = ldap3.Connection(
        _server(settings),
        user=settings.identity,
        password=settings.bind_password.get_secret_value(),
        receive_timeout=max(1, round(settings.timeout_seconds)),  # ldap3 takes whole seconds
        check_names=False,
        auto_referrals=False,
    )
    try:
        with translated():
            connection.open(read_server_info=False)
            if settings.start_tls:
                connection.start_tls(read_server_info=False)
            if not connection.bind():
                _refuse(connection.result)
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except DomainError:
        if connection.socket:  # ldap3 leaves it open when opening fails half-way
            connection.socket.close()
        raise
    return connection


def _server(settings: DirectorySettings) -> ldap3.Server:
    address = urlsplit(settings.uri)
    context = ssl.create_default_context(cafile=settings.authority)
    encrypted = address.scheme == "ldaps"
    return ldap3.Server(
        address.hostname or "",
        port=address.port or (636 if encrypted else 389),
        use_ssl=encrypted,
        tls=VerifiedTls(context) if encrypted or settings.start_tls else None,
        get_info=ldap3.DSA,
        connect_timeout=settings.connect_timeout_seconds,
    )


def _refuse(result: dict[str, Any]) -> None:
    reason = f"{result['description']} {result['message']}".strip()
    if result["result"] in {INVALID_CREDENTIALS, CONFIDENTIALITY_REQUIRED}:
        raise DirectoryRefused(f"sign-in: {reason}")
    raise DirectoryUnavailable(f"sign-in: {reason}")


@contextmanager
def translated() -> Iterator[None]:
    """ldap3's and the socket's exceptions as ours."""
    try:
        yield
    except (LDAPExceptionError, OSError) as error:
        raise DirectoryUnavailable(str(error) or type(error).__name__) from error
