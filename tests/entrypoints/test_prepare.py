"""What runs before anything else: afterwards the very first request can sign."""

from pydantic import SecretStr
from sqlalchemy import select

from entrypoints.prepare import prepare
from kernel.database import Database, DatabaseSettings, build_engine
from sso.keys.models import Algorithm, SigningKey
from tests.support.services import nowhere, settings_for


def test_an_empty_database_gets_its_tables_and_keys_once(empty_database_url: str) -> None:
    settings = settings_for(empty_database_url, nowhere())
    prepare(settings)
    prepare(settings)
    engine = build_engine(DatabaseSettings(url=SecretStr(empty_database_url)))
    with Database(engine).transaction() as session:
        keys = list(session.scalars(select(SigningKey)))
    engine.dispose()
    assert sorted(key.algorithm for key in keys) == sorted(Algorithm)
    assert all(key.signs_from == key.published_at for key in keys)
