"""Builds the parts of a home from its settings, in the order in which they start."""

from collections.abc import Callable

from entrypoints.embedded.part import Part
from entrypoints.embedded.ports import LOOPBACK, Ports
from entrypoints.embedded.postgres import Postgres, find_directory
from entrypoints.embedded.program import Program
from entrypoints.embedded.slapd import EmbeddedSlapd
from entrypoints.home import Home
from entrypoints.settings import ServerPasswords, Settings, SettingsMissing
from identity.directory.server.settings import Passwords


def servers(home: Home, settings: Settings, say: Callable[[str], None]) -> list[Part]:
    """The foreign servers. Raises SettingsMissing."""
    secrets = settings.servers
    if secrets is None:
        raise SettingsMissing(["CONGVU_SERVERS__*"], home.env_file)
    return [_postgres(home, secrets, say), _slapd(home, settings, secrets)]


def first_run(home: Home) -> Program:
    return Program("first-run", "entrypoints.embedded.first_run", home)


def programs(home: Home) -> list[Part]:
    """Our own processes; they want a migrated database."""
    web = f"http://{LOOPBACK}:{Ports.from_base(home.port_base).web}"
    return [
        Program("web", "entrypoints.web", home, address=web),
        Program("worker", "entrypoints.worker", home),
    ]


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
