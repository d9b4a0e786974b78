"""Our mail servers as containers: one folder for all data, settings from the environment."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from identity.directory.server import tree
from identity.directory.server.certificates import ensure_certificates
from mail_admin.server.dovecot import write_dovecot
from mail_admin.server.postfix import write_postfix
from mail_admin.server.settings import (
    DovecotPlace,
    Encryption,
    LdapAccess,
    MailServerSettings,
    MailSystem,
    PostfixPlace,
    SystemSender,
    TokenCheck,
)

SECTION = "CONGVU_MAIL_SERVER__"
MAIL_USER, POSTFIX_USER = "mail", "postfix"
SASL_PORT = 12345
REINJECTION_PORT = 10025
LOG = Path("/dev/stdout")
LOG_FOLDER = "CONGVU_MAIL_LOG_FOLDER"
"""Where the worker reads what mailboxes are used for; without it logs go to the standard output."""
PRIVATE_NETWORKS = "10.0.0.0/8 OK\n172.16.0.0/12 OK\n192.168.0.0/16"
"""Of containers; the listener for what Sieve sends is not published to the world."""


@dataclass(frozen=True, slots=True)
class SettingMissing(Exception):
    name: str

    def __str__(self) -> str:
        return f"{self.name} must be set; it has no default"


def prepare_dovecot(folder: Path, environment: Mapping[str, str]) -> list[str]:
    """The command to become Dovecot. Raises SettingMissing, MailServerSettingUnusable."""
    for name in ("run", "state", "store"):
        (folder / name).mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.chown(folder / "store", MAIL_USER, MAIL_USER)
    configuration = folder / "configuration"
    place = DovecotPlace(
        encryption=_encryption(folder, environment),
        configuration=configuration,
        run=folder / "run",
        state=folder / "state",
        store=folder / "store",
        senders=folder / "senders",
        log=_log(environment, "dovecot"),
        user=MAIL_USER,
        group=MAIL_USER,
        imap=143,
        imaps=993,
        lmtp=24,
        sieve=4190,
        doveadm=8080,
        reinjection=f"postfix:{REINJECTION_PORT}",
        sasl_port=SASL_PORT,
        listen="*, ::",
    )
    file = write_dovecot(_system(environment), place)
    return ["/usr/sbin/dovecot", "-F", "-c", str(file)]


def prepare_postfix(folder: Path, environment: Mapping[str, str]) -> list[str]:
    """The command to become Postfix. Raises SettingMissing, MailServerSettingUnusable."""
    for name in ("queue", "data"):
        (folder / name).mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.chown(folder / "data", POSTFIX_USER)
    place = PostfixPlace(
        encryption=_encryption(folder, environment),
        configuration=folder / "configuration",
        queue=folder / "queue",
        data=folder / "data",
        log=_log(environment, "postfix"),
        sasl=f"inet:dovecot:{SASL_PORT}",
        lmtp="dovecot:24",
        submission=587,
        reinjection=REINJECTION_PORT,
        inbound=25,
        listen="all",
        reinjection_network=PRIVATE_NETWORKS,
    )
    write_postfix(_system(environment), place)
    return ["/usr/sbin/postfix", "-c", str(place.configuration), "start-fg"]


def _log(environment: Mapping[str, str], name: str) -> Path:
    """A file that stands already keeps its mode: the worker, another user, has to read it."""
    if not (folder := environment.get(LOG_FOLDER)):
        return LOG
    file = Path(folder) / f"{name}.log"
    file.touch()
    file.chmod(0o644)  # the volume is shared with nobody but the worker
    return file


def _encryption(folder: Path, environment: Mapping[str, str]) -> Encryption:
    """The certificate that was given, or one of a private authority until there is one."""
    given = environment.get("CONGVU_MAIL_CERTIFICATE"), environment.get("CONGVU_MAIL_KEY")
    if given[0] and given[1]:
        return Encryption(Path(given[0]), Path(given[1]))
    made = ensure_certificates(folder / "tls", [_required(environment, f"{SECTION}HOST_NAME")])
    return Encryption(made.server, made.key)


def _system(environment: Mapping[str, str]) -> MailSystem:
    base_dn = _required(environment, "CONGVU_DIRECTORY__BASE_DN")
    sender = _required(environment, "CONGVU_MAIL__SENDER_ADDRESS")
    authority = environment.get("CONGVU_DIRECTORY__AUTHORITY")
    return MailSystem(
        settings=_settings(environment),
        domain=sender.partition("@")[2],
        ldap=LdapAccess(
            uri=_required(environment, "CONGVU_DIRECTORY__URI"),
            base_dn=base_dn,
            bind_dn=tree.mail_dn(base_dn),
            password=SecretStr(_required(environment, "CONGVU_SERVERS__LDAP_MAIL_PASSWORD")),
            authority=Path(authority) if authority else None,
        ),
        tokens=TokenCheck(SecretStr(_required(environment, "CONGVU_MAIL_INTROSPECTION_URL"))),
        sender=SystemSender(
            name=_required(environment, "CONGVU_MAIL__USERNAME"),
            password=SecretStr(_required(environment, "CONGVU_MAIL__PASSWORD")),
            address=sender,
            return_address=environment.get("CONGVU_MAIL__RETURN_ADDRESS") or "",
        ),
    )


def _settings(environment: Mapping[str, str]) -> MailServerSettings:
    given = {
        name.removeprefix(SECTION).lower(): value
        for name, value in environment.items()
        if name.startswith(SECTION) and value
    }
    return MailServerSettings.model_validate(given)


def _required(environment: Mapping[str, str], name: str) -> str:
    if not (value := environment.get(name)):
        raise SettingMissing(name)
    return value


SERVERS = {"dovecot": prepare_dovecot, "postfix": prepare_postfix}


def become(server: str, folder: Path) -> None:
    """Raises SettingMissing, MailServerSettingUnusable, KeyError."""
    command = SERVERS[server](folder, os.environ)
    os.execve(command[0], command, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC"})  # noqa: S606  # becoming the server is the point
