"""What `entrypoints.wiring` builds, over the servers of a test."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

from pydantic import SecretStr

from entrypoints.settings import Settings
from entrypoints.wiring import Services
from identity.accounts.passwords import PasswordSettings
from identity.directory.settings import DirectorySettings
from kernel.audit_spool import AuditSettings
from kernel.clock import Clock
from kernel.database import DatabaseSettings
from kernel.encryption import EncryptionSettings
from tests.support.registry import NOW, key
from tests.support.slapd import BASE_DN

CHEAP_PASSWORDS = PasswordSettings(memory_kibibytes=8192, passes=1)


def nowhere() -> DirectorySettings:
    """A directory that nobody serves: port 1 is never given to a server of ours."""
    return DirectorySettings(
        uri="ldap://127.0.0.1:1", base_dn=BASE_DN, bind_password=SecretStr("none")
    )


def settings_for(database_url: str, directory: DirectorySettings) -> Settings:
    return Settings(
        database=DatabaseSettings(url=SecretStr(database_url)),
        directory=directory,
        encryption=EncryptionSettings(keys={"k1": key("a")}, active_key="k1", index_key=key("i")),
        passwords=CHEAP_PASSWORDS,
        audit=AuditSettings(spool_folder=Path(gettempdir(), f"congvu-spool-{uuid4().hex}")),
    )


@contextmanager
def built(settings: Settings, clock: Clock = lambda: NOW) -> Iterator[Services]:
    services = Services(settings, clock)
    try:
        yield services
    finally:
        services.close()
        if settings.audit.spool_folder is not None:
            shutil.rmtree(settings.audit.spool_folder, ignore_errors=True)


def environment_for(database_url: str, directory: DirectorySettings) -> dict[str, str]:
    """The same settings as variables, for programs that read them from there."""
    keys = base64.b64encode(b"a" * 32).decode(), base64.b64encode(b"i" * 32).decode()
    variables = {
        "DATABASE__URL": database_url,
        "DIRECTORY__URI": directory.uri,
        "DIRECTORY__BASE_DN": directory.base_dn,
        "DIRECTORY__BIND_PASSWORD": directory.bind_password.get_secret_value(),
        "ENCRYPTION__KEYS": f'{{"k1": "{keys[0]}"}}',
        "ENCRYPTION__ACTIVE_KEY": "k1",
        "ENCRYPTION__INDEX_KEY": keys[1],
    }
    if directory.authority is not None:
        variables["DIRECTORY__AUTHORITY"] = str(directory.authority)
    return {f"CONGVU_{name}": value for name, value in variables.items()}
