"""Fixtures for every test. Each real server starts only when a test first asks for it."""

import gc

from hypothesis import HealthCheck, settings

from tests.support.mail import mail
from tests.support.postgres import cluster, database_url, empty_database_url, migrated_template
from tests.support.registry import (
    db,
    engine,
    importer,
    importing,
    keys,
    numbers,
    officer,
    province,
)

__all__ = [
    "cluster",
    "database_url",
    "db",
    "empty_database_url",
    "engine",
    "importer",
    "importing",
    "keys",
    "mail",
    "migrated_template",
    "numbers",
    "officer",
    "province",
]

gc.disable()  # until everything is imported: of that nothing ever becomes rubbish


def pytest_collection_finish() -> None:
    """What stands now stays: looking through all of it again and again took a tenth of the run."""
    gc.freeze()
    gc.enable()


# The same examples in every run, however busy the machine is.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")
