import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.support.postgres import Cluster


@pytest.mark.parametrize("_attempt", [1, 2])
def test_each_test_gets_a_migrated_database_without_traces_of_others(
    database_url: str, _attempt: int
) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        connection.execute(text("CREATE TABLE trace (attempt int)"))
    engine.dispose()


def test_the_product_owns_its_database_but_is_no_superuser(empty_database_url: str) -> None:
    url = empty_database_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT rolsuper, pg_encoding_to_char(encoding), datcollate"
            " FROM pg_roles, pg_database WHERE rolname = user AND datname = current_database()"
        ).fetchone()
    assert row == (False, "UTF8", "C.UTF-8")


def test_a_wrong_password_is_refused(cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url("congvu").replace("+psycopg", "").replace(":owner@", ":x@"))
