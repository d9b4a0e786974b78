"""A private Postfix: submission by officials, and mail from outside."""

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from entrypoints.embedded import ports
from entrypoints.embedded.dovecot import ensure_mail_certificates, greets
from entrypoints.embedded.errors import PartFailed, ServerMissing
from entrypoints.embedded.places import find_place, give
from mail_admin.server.postfix import write_postfix
from mail_admin.server.settings import MailSystem, PostfixPlace

PROGRAM = Path("/usr/sbin/postfix")
MASTER = Path("/usr/lib/postfix/sbin/master")
SERVER_USER = "postfix"


@dataclass(frozen=True, slots=True)
class EmbeddedPostfix:
    """Everything is in folders of its own; /etc/postfix and /var/spool/postfix stay untouched."""

    home: Path
    system: MailSystem
    sasl: Path
    """Dovecot's socket for sign-in."""
    lmtp: int
    submission: int
    reinjection: int
    inbound: int
    name: str = "submission"
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    reopen_signal: signal.Signals = signal.SIGHUP  # as `postfix logrotate` does
    user: str | None = None  # it gives up rights by itself
    companions: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{ports.LOOPBACK}:{self.submission}"

    @property
    def log(self) -> Path:
        return self.home / "log" / "postfix.log"

    @property
    def own_log(self) -> Path:
        return self.log

    @property
    def place(self) -> PostfixPlace:
        """Raises DataMissing."""
        folder = find_place(self.home, "postfix", SERVER_USER)
        return PostfixPlace(
            encryption=ensure_mail_certificates(self.home, self.system),
            configuration=folder / "configuration",
            queue=folder / "queue",
            data=folder / "data",
            log=self.log,
            sasl=str(self.sasl),
            lmtp=f"{ports.LOOPBACK}:{self.lmtp}",
            submission=self.submission,
            reinjection=self.reinjection,
            inbound=self.inbound,
        )

    def prepare(self) -> None:
        """Raises ServerMissing, DataMissing, PartFailed, MailServerSettingUnusable."""
        if not PROGRAM.exists():
            raise ServerMissing("Postfix")
        place = self.place
        folder = place.queue.parent
        folder.mkdir(mode=0o755, exist_ok=True)
        os.chown(folder, 0, 0)
        folder.chmod(0o755)
        for below in (place.queue, place.data):
            below.mkdir(mode=0o755, exist_ok=True)
        give(place.data, SERVER_USER)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        write_postfix(self.system, place)
        self._make_queue(place.configuration)

    def _make_queue(self, configuration: Path) -> None:
        """Postfix makes the folders of its queue itself, with the owners it wants."""
        done = subprocess.run(  # noqa: S603  # the distribution's own program
            [PROGRAM, "-c", configuration, "check"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=dict(self.environment()),
        )
        if done.returncode:
            raise PartFailed(self.name, "postfix check failed", self.log, done.stderr)

    def command(self) -> list[str]:
        """Not `postfix start-fg`: its shell would stand between the supervisor and the master."""
        return [str(MASTER), "-s", "-c", str(self.place.configuration)]

    def environment(self) -> Mapping[str, str]:
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C", "TZ": "UTC"}

    def ready(self) -> bool:
        return greets(self.submission)
