"""The directory server of the one-machine default, as a child process."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from identity.directory.server.certificates import ensure_certificates
from identity.directory.server.preparation import prepare_server
from identity.directory.server.settings import LockoutRule, Passwords, ServerSettings

SERVER_USER = "openldap"
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class EmbeddedSlapd:
    """A private slapd under `folder`, a part for the supervisor (entrypoints/embedded/part.py)."""

    folder: Path
    base_dn: str
    port: int
    """Of ldap:// with StartTLS."""
    tls_port: int
    passwords: Passwords
    names: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")
    """What the server certificate is valid for."""
    host: str = "127.0.0.1"
    lockout: LockoutRule = field(default_factory=LockoutRule)
    require_tls: bool = True
    durable: bool = True

    @property
    def name(self) -> str:
        return "ldap"

    @property
    def stop_signal(self) -> signal.Signals:
        return signal.SIGTERM

    @property
    def death_signal(self) -> signal.Signals:
        return signal.SIGTERM

    @property
    def companions(self) -> Mapping[str, str]:
        return {}

    @property
    def own_log(self) -> Path | None:
        return None

    @property
    def reopen_signal(self) -> signal.Signals:
        return signal.SIGHUP

    def environment(self) -> Mapping[str, str]:
        return {"LANG": "C.UTF-8"}

    @property
    def address(self) -> str:
        """What others are told; both addresses are served."""
        return self.tls_address if self.require_tls else self.plain_address

    @property
    def tls_address(self) -> str:
        return f"ldaps://{self.host}:{self.tls_port}"

    @property
    def plain_address(self) -> str:
        """For StartTLS, and without it where TLS is not required."""
        return f"ldap://{self.host}:{self.port}"

    @property
    def authority(self) -> Path:
        """The certificate that clients trust."""
        return self.folder / "tls" / "authority.pem"

    @property
    def settings(self) -> ServerSettings:
        return ServerSettings(
            base_dn=self.base_dn,
            configuration=self.folder / "configuration",
            data=self.folder / "data",
            passwords=self.passwords,
            certificates=ensure_certificates(self.folder / "tls", self.names),
            require_tls=self.require_tls,
            lockout=self.lockout,
            durable=self.durable,
        )

    def prepare(self) -> None:
        """Build configuration, certificates and the first entries; idempotent, takes 0.3 s."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        settings = self.settings
        prepare_server(settings)
        if user := self.user:
            private = (settings.configuration, settings.data, self.folder / "tls" / "server.key")
            for path in (below for top in private for below in _tree(top)):
                shutil.chown(path, user)

    def command(self) -> list[str]:
        """Runs in the foreground."""
        return [
            *("/usr/sbin/slapd", "-d", "0", "-F", str(self.folder / "configuration")),
            *("-h", f"{self.plain_address} {self.tls_address}"),
        ]

    def ready(self) -> bool:
        """Whether a TLS handshake with our own certificate succeeds."""
        try:
            context = ssl.create_default_context(cafile=str(self.authority))
            with (
                socket.create_connection((self.host, self.tls_port), ANSWER_SECONDS) as plain,
                context.wrap_socket(plain, server_hostname=self.host),
            ):
                return True
        except OSError:
            return False

    @property
    def user(self) -> str | None:
        """The account to run as: only root can change, and only to one that reaches the folder."""
        if os.geteuid() != 0 or not all(
            parent.stat().st_mode & 0o001 for parent in self.folder.resolve().parents
        ):
            return None
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(SERVER_USER).pw_name
        return None


def _tree(top: Path) -> Iterable[Path]:
    return [top, *top.rglob("*")]
