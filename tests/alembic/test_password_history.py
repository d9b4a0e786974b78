"""Upgrading an installation in use: passwords get an age, and the directory nothing to do."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from alembic import command

CHOSEN = datetime(2026, 3, 1, tzinfo=UTC)
ACCOUNT = text("""
    INSERT INTO identity_account (id, kind, login, display_name, status, status_changed_at,
        password_hash, created_at, revision, projected_revision)
    VALUES (:id, 'service', :login, '', :status, :at, :hash, :at, 7, 7)
""")


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def add(engine: Engine, number: int, status: str, hashed: str | None) -> None:
    values = {"id": UUID(int=number), "login": f"a{number}", "status": status, "hash": hashed}
    with engine.begin() as connection:
        connection.execute(ACCOUNT, values | {"at": CHOSEN})


def test_the_age_counts_from_the_last_change_of_status(
    configuration: Config, engine: Engine
) -> None:
    command.upgrade(configuration, "0003")
    add(engine, 1, "active", "$argon2id$hash")
    add(engine, 2, "pending", None)
    command.upgrade(configuration, "0004")
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT password_set_at, password_must_change, revision, projected_revision "
                "FROM identity_account ORDER BY login"
            )
        ).all()
    assert [tuple(row) for row in rows] == [(CHOSEN, False, 7, 7), (None, False, 7, 7)]
    command.downgrade(configuration, "0003")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM identity_account")) == 2
