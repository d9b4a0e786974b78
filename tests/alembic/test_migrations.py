"""Migrations run both ways and describe what the models describe."""

from collections.abc import Iterator

import pytest
from alembic.config import Config
from sqlalchemy import create_engine, text

from alembic import command


@pytest.fixture
def leftovers(empty_database_url: str) -> Iterator["Leftovers"]:
    leftovers = Leftovers(empty_database_url)
    yield leftovers
    leftovers.engine.dispose()


class Leftovers:
    """Names of what stands in the schema besides what every database has."""

    QUERY = text("""
        SELECT 'table ' || tablename FROM pg_tables WHERE schemaname = 'public'
        UNION SELECT 'function ' || proname FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        UNION SELECT 'type ' || typname FROM pg_type
            WHERE typnamespace = 'public'::regnamespace AND typcategory NOT IN ('A')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_type.oid AND deptype = 'e')
    """)

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)

    def __call__(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.scalars(self.QUERY)) - {"table alembic_version"}


def test_up_down_and_up_again_leave_nothing_and_everything(
    configuration: Config, leftovers: Leftovers
) -> None:
    command.upgrade(configuration, "head")
    everything = leftovers()
    assert "table identity_account" in everything
    command.downgrade(configuration, "base")
    assert leftovers() <= {"type alembic_version"}
    command.upgrade(configuration, "head")
    assert leftovers() == everything


def test_every_single_step_can_be_taken_back(configuration: Config) -> None:
    command.upgrade(configuration, "head")
    for _ in range(3):
        command.downgrade(configuration, "-1")
        command.upgrade(configuration, "+1")
        command.downgrade(configuration, "-1")
    command.upgrade(configuration, "head")


def test_the_models_describe_what_the_migrations_make(configuration: Config) -> None:
    command.upgrade(configuration, "head")
    command.check(configuration)
