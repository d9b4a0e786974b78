"""A private Dovecot: mailboxes, delivery, filters, and the sign-in of Postfix."""

import contextlib
import grp
import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from entrypoints.embedded import ports
from entrypoints.embedded.errors import ServerMissing
from entrypoints.embedded.places import find_place, find_socket_folder, give
from identity.directory.server.certificates import ensure_certificates
from mail_admin.server.dovecot import write_dovecot
from mail_admin.server.settings import DovecotPlace, Encryption, MailSystem

PROGRAM = Path("/usr/sbin/dovecot")
MAIL_OWNER = "mail"
"""A user of every Debian; owns all mailboxes."""
SUPPORTED = "2.3."
"""2.4 has another language of configuration."""
ANSWER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class EmbeddedDovecot:
    """Its configuration, certificates and log are in the home, the mail where its user gets."""

    home: Path
    system: MailSystem
    imap: int
    lmtp: int
    sieve: int
    doveadm: int
    reinjection: int
    imaps: int = 0
    patient: bool = True
    name: str = "imap"
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    reopen_signal: signal.Signals = signal.SIGUSR1
    user: str | None = None  # it gives up rights by itself

    @property
    def address(self) -> str:
        return f"{ports.LOOPBACK}:{self.imap}"

    @property
    def companions(self) -> Mapping[str, str]:
        return {"lmtp": f"{ports.LOOPBACK}:{self.lmtp}"}

    @property
    def authority(self) -> Path:
        """The certificate that clients trust."""
        return self.home / "mail-tls" / "authority.pem"

    @property
    def log(self) -> Path:
        return self.home / "log" / "dovecot.log"

    @property
    def own_log(self) -> Path:
        return self.log

    @property
    def place(self) -> DovecotPlace:
        """Raises DataMissing."""
        owner, rootless = _owner()
        mail = find_place(self.home, "mail", None if rootless else owner)
        mail.mkdir(mode=0o755, exist_ok=True)
        mail.chmod(0o755)  # users of Dovecot and Postfix pass through; the store is closed to them
        group = grp.getgrgid(pwd.getpwnam(owner).pw_gid).gr_name
        return DovecotPlace(
            encryption=ensure_mail_certificates(self.home, self.system),
            configuration=self.home / "dovecot",
            run=find_socket_folder(mail, "run"),
            state=mail / "state",
            store=mail / "store",
            senders=mail / "senders",
            log=self.log,
            user=owner,
            group=group,
            imap=self.imap,
            imaps=self.imaps,
            lmtp=self.lmtp,
            sieve=self.sieve,
            doveadm=self.doveadm,
            reinjection=f"{ports.LOOPBACK}:{self.reinjection}",
            rootless=rootless,
            patient=self.patient,
        )

    def prepare(self) -> None:
        """Raises ServerMissing, DataMissing, MailServerSettingUnusable."""
        if not PROGRAM.exists():
            raise ServerMissing("Dovecot")
        place = self.place
        place.store.mkdir(mode=0o700, exist_ok=True)
        if not place.rootless:
            give(place.store, place.user)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        write_dovecot(self.system, place)
        _forget_dead(place.run / "master.pid")

    def command(self) -> list[str]:
        return [str(PROGRAM), "-F", "-c", str(self.home / "dovecot" / "dovecot.conf")]

    def environment(self) -> Mapping[str, str]:
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}

    def ready(self) -> bool:
        return all(greets(port) for port in (self.imap, self.lmtp))


def ensure_mail_certificates(home: Path, system: MailSystem) -> Encryption:
    names = (system.settings.host_name, "localhost", ports.LOOPBACK)
    made = ensure_certificates(home / "mail-tls", tuple(dict.fromkeys(names)))
    return Encryption(made.server, made.key)


def is_supported() -> bool:
    """Whether the installed version reads our configuration. Raises ServerMissing."""
    if not PROGRAM.exists():
        raise ServerMissing("Dovecot")
    done = subprocess.run(  # noqa: S603  # the distribution's own program
        [PROGRAM, "--version"], capture_output=True, text=True, check=False, cwd="/"
    )
    return done.stdout.startswith(SUPPORTED)


def greets(port: int) -> bool:
    """Whether a server speaks first, as IMAP, LMTP and SMTP do."""
    try:
        with socket.create_connection((ports.LOOPBACK, port), ANSWER_SECONDS) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False


def _owner() -> tuple[str, bool]:
    """Who owns the mail, and whether that is only because we are nobody else."""
    if os.geteuid() == 0:
        return MAIL_OWNER, False
    return pwd.getpwuid(os.geteuid()).pw_name, True


def _forget_dead(lock: Path) -> None:
    """Dovecot takes any living process with the former id for itself."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        pid = int(lock.read_text())
        try:
            program = Path(f"/proc/{pid}/exe").readlink()
        except OSError:
            program = None
        if program != PROGRAM.resolve():
            lock.unlink()
