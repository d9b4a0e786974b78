"""What migrates an empty database."""

import pytest
from alembic.config import Config

from entrypoints.home import CHECKOUT


@pytest.fixture
def configuration(empty_database_url: str) -> Config:
    configuration = Config(str(CHECKOUT / "alembic.ini"))
    configuration.attributes["url"] = empty_database_url
    return configuration
