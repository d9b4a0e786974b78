"""Fixtures of the directory's tests: a real slapd, a real registry, and what joins them."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from identity.directory.brake_settings import BrakeSettings
from identity.directory.gateway import LdapDirectory
from identity.directory.leader import leadership
from identity.directory.reconciler import Reconciler, Run
from kernel.database import Database, DatabaseSettings, build_engine
from tests.support.slapd import BASE_DN, directory, ldap_server, slapd_of_this_process
from tests.support.small_province import NOW, Province, found_province

__all__ = ["directory", "ldap_server", "slapd_of_this_process"]

RunOnce = Callable[[], Run]


class Moving:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = build_engine(DatabaseSettings(url=SecretStr(database_url)))
    yield engine
    engine.dispose()


@pytest.fixture
def province(engine: Engine) -> Province:
    return found_province(Database(engine))


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def reconciler(province: Province, directory: LdapDirectory, clock: Moving) -> Reconciler:
    return Reconciler(
        province.database,
        directory,
        base_dn=BASE_DN,
        brake_settings=BrakeSettings(most_accounts=50, most_percent=20, always_allowed=3),
        clock=clock,
    )


@pytest.fixture
def run(engine: Engine, reconciler: Reconciler) -> Iterator[RunOnce]:
    with leadership(engine) as leader:
        assert leader is not None
        yield lambda: reconciler.run(leader)
