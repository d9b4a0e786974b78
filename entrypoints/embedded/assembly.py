"""Builds the parts of a home from its settings, in the order in which they start."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from entrypoints.embedded.configuration import SYSTEM_SENDER, domain_of
from entrypoints.embedded.dovecot import EmbeddedDovecot, is_supported
from entrypoints.embedded.log_rotation import LogRotation
from entrypoints.embedded.mail_client import CLIENT_ID
from entrypoints.embedded.part import Part
from entrypoints.embedded.ports import LOOPBACK, Ports
from entrypoints.embedded.postfix import EmbeddedPostfix
from entrypoints.embedded.postgres import Postgres, find_directory
from entrypoints.embedded.program import Program
from entrypoints.embedded.slapd import EmbeddedSlapd
from entrypoints.home import Home
from entrypoints.settings import ServerPasswords, Settings, SettingsMissing
from identity.directory.server import tree
from identity.directory.server.settings import Passwords
from kernel.database import Database, build_engine
from mail_admin.server.settings import LdapAccess, MailSystem, SystemSender, TokenCheck
from mail_admin.usage.assembly import configured_logs
from mail_admin.usage.log_family import finished
from mail_admin.usage.models import LogPosition
from mail_admin.usage.readings import place_of


def servers(home: Home, settings: Settings, say: Callable[[str], None]) -> list[Part]:
    """The foreign servers. Raises SettingsMissing."""
    secrets = settings.servers
    if secrets is None:
        raise SettingsMissing(["CONGVU_SERVERS__*"], home.env_file)
    return [_postgres(home, secrets, say), _slapd(home, settings, secrets)]


def log_rotation(settings: Settings) -> LogRotation:
    """What has still to be counted for the use of mailboxes is never removed."""
    followed = {path.resolve(): name for name, path in configured_logs(settings.usage).items()}

    def counted(log: Path) -> Collection[Path] | None:
        source = followed.get(log.resolve())
        return None if source is None else _counted_logs(settings, source, log)

    return LogRotation(settings.log_files, counted)


def _counted_logs(settings: Settings, source: str, log: Path) -> Collection[Path]:
    """None of them while the database does not answer."""
    engine = build_engine(settings.database)
    try:
        with Database(engine).transaction() as session:
            place = place_of(session.get(LogPosition, source))
    except SQLAlchemyError:
        return ()
    finally:
        engine.dispose()
    return finished(log, place)


def first_run(home: Home) -> Program:
    return Program("first-run", "entrypoints.embedded.first_run", home)


def mail_servers(home: Home, settings: Settings, say: Callable[[str], None]) -> list[Part]:
    """After the first run, which makes Dovecot known to our provider. Raises SettingsMissing."""
    if not is_supported():
        say("imap, lmtp and submission are left out: Dovecot 2.3 is needed, another is installed")
        return []
    ports, system = Ports.from_base(home.port_base), _mail_system(home, settings)
    dovecot = EmbeddedDovecot(
        home=home.path,
        system=system,
        imap=ports.imap,
        lmtp=ports.lmtp,
        sieve=ports.sieve,
        doveadm=ports.doveadm,
        reinjection=ports.reinjection,
    )
    if os.geteuid() != 0:
        say("submission is left out: Postfix runs only where root starts it; imap and lmtp work")
        return [dovecot]
    postfix = EmbeddedPostfix(
        home=home.path,
        system=system,
        sasl=dovecot.place.sasl_socket,
        lmtp=ports.lmtp,
        submission=ports.submission,
        reinjection=ports.reinjection,
        inbound=ports.smtp,
    )
    return [dovecot, postfix]


def programs(home: Home) -> list[Part]:
    """Our own processes; they want a migrated database."""
    web = f"http://{LOOPBACK}:{Ports.from_base(home.port_base).web}"
    return [
        Program("web", "entrypoints.web", home, address=web),
        Program("worker", "entrypoints.worker", home),
        Program("policy", "entrypoints.mail_policy", home),
    ]


def _mail_system(home: Home, settings: Settings) -> MailSystem:
    secrets, directory = settings.servers, settings.directory
    if secrets is None:
        raise SettingsMissing(["CONGVU_SERVERS__*"], home.env_file)
    web = f"{LOOPBACK}:{Ports.from_base(home.port_base).web}"
    client = f"{CLIENT_ID}:{secrets.dovecot_client_secret.get_secret_value()}"
    domain = domain_of(directory.base_dn)
    return MailSystem(
        settings=settings.mail_server,
        domain=domain,
        ldap=LdapAccess(
            uri=directory.uri,
            base_dn=directory.base_dn,
            bind_dn=tree.mail_dn(directory.base_dn),
            password=secrets.ldap_mail_password,
        ),
        tokens=TokenCheck(SecretStr(f"http://{client}@{web}/oauth2/introspect")),
        sender=SystemSender(
            name=SYSTEM_SENDER,
            password=secrets.mail_sender_password,
            address=settings.mail.sender_address or f"khong-tra-loi@{domain}",
            return_address=settings.mail.return_address,
        ),
    )


def _postgres(home: Home, secrets: ServerPasswords, say: Callable[[str], None]) -> Postgres:
    directory = find_directory(home.path)
    if not directory.is_relative_to(home.path.resolve()):
        say(f"postgres keeps its data in {directory}, since its user cannot enter {home.path}")
    return Postgres(
        directory=directory,
        port=Ports.from_base(home.port_base).postgres,
        admin_password=secrets.postgres_admin_password,
        owner_password=secrets.postgres_password,
    )


def _slapd(home: Home, settings: Settings, secrets: ServerPasswords) -> EmbeddedSlapd:
    ports = Ports.from_base(home.port_base)
    return EmbeddedSlapd(
        folder=home.path / "ldap",
        base_dn=settings.directory.base_dn,
        port=ports.ldap,
        tls_port=ports.ldaps,
        require_tls=False,  # it listens on loopback only, which is no network
        passwords=Passwords(
            writer=settings.directory.bind_password.get_secret_value(),
            reader=secrets.ldap_reader_password.get_secret_value(),
            mail=secrets.ldap_mail_password.get_secret_value(),
            administrator=secrets.ldap_administrator_password.get_secret_value(),
        ),
    )
