"""A reconciler in a process of its own, for tests that kill it: DATABASE_URL URI AUTHORITY."""

import sys
from pathlib import Path
from threading import Event

from pydantic import SecretStr

from identity.directory.brake_settings import BrakeSettings
from identity.directory.gateway import LdapDirectory
from identity.directory.reconciler import Reconciler
from identity.directory.settings import DirectorySettings
from identity.directory.watch import reconcile_until
from kernel.database import Database, DatabaseSettings, build_engine
from tests.support.slapd import BASE_DN, PASSWORDS
from tests.support.small_province import NOW


def main(database_url: str, uri: str, authority: str) -> None:
    engine = build_engine(DatabaseSettings(url=SecretStr(database_url)))
    settings = DirectorySettings(
        uri=uri,
        base_dn=BASE_DN,
        bind_password=SecretStr(PASSWORDS.writer),
        authority=Path(authority),
        group_size=50,
    )
    with LdapDirectory(settings) as directory:
        reconciler = Reconciler(
            Database(engine),
            directory,
            base_dn=BASE_DN,
            brake_settings=BrakeSettings(),
            clock=lambda: NOW,
        )
        reconcile_until(Event(), engine, reconciler)


if __name__ == "__main__":
    main(*sys.argv[1:])
