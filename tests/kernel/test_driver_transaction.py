"""Transactions without SQLAlchemy's session end as those with one do."""

from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from kernel.database import Asked, Database, DatabaseSettings, ask, build_engine, tell

ADD = """
    INSERT INTO identity_mail_domain (id, name, is_default) VALUES (%(id)s, %(name)s, false)
"""
COUNT = "SELECT count(*) FROM identity_mail_domain WHERE name = %(name)s"
END = "SELECT pg_terminate_backend(:pid)"


def add(asked: Asked, name: str) -> None:
    tell(asked, ADD, {"id": uuid4(), "name": name})


def count(db: Database, name: str) -> int:
    with db.driver_transaction() as asked:
        ((found,),) = ask(asked, COUNT, {"name": name})
    assert isinstance(found, int)
    return found


def test_a_clean_exit_commits(db: Database) -> None:
    with db.driver_transaction() as asked:
        add(asked, "a.gov.vn")
    assert count(db, "a.gov.vn") == 1


def test_what_is_raised_undoes_all(db: Database) -> None:
    with pytest.raises(RuntimeError), db.driver_transaction() as asked:  # noqa: PT012  # both in one
        add(asked, "a.gov.vn")
        raise RuntimeError
    assert count(db, "a.gov.vn") == 0


def test_a_session_may_ask_in_the_same_way(db: Database) -> None:
    with db.transaction() as session:
        add(session, "a.gov.vn")
        assert ask(session, COUNT, {"name": "a.gov.vn"}) == [(1,)]
    assert count(db, "a.gov.vn") == 1


def test_errors_are_those_of_sqlalchemy(db: Database) -> None:
    with pytest.raises(IntegrityError), db.driver_transaction() as asked:  # noqa: PT012  # both in one
        add(asked, "a.gov.vn")
        add(asked, "a.gov.vn")
    with pytest.raises(DataError) as raised, db.driver_transaction() as asked:
        add(asked, "what nobody\0may see")
    assert "nobody" not in str(raised.value)
    assert count(db, "a.gov.vn") == 0


def test_a_connection_that_broke_is_no_longer_lent(db: Database) -> None:
    with pytest.raises(OperationalError), db.driver_transaction() as asked:  # noqa: PT012  # both in one
        ((pid,),) = ask(asked, "SELECT pg_backend_pid()", {})
        with db.transaction() as session:
            session.execute(text(END), {"pid": pid})
        ask(asked, "SELECT 1", {})
    assert count(db, "a.gov.vn") == 0


def test_a_server_that_is_not_there_is_said_as_sqlalchemy_says_it() -> None:
    url = SecretStr("postgresql+psycopg://congvu@127.0.0.1:1/nowhere")
    with (
        pytest.raises(OperationalError),
        Database(build_engine(DatabaseSettings(url=url))).driver_transaction() as asked,
    ):
        ask(asked, "SELECT 1", {})


def test_single_statements_are_kept_whatever_follows(db: Database) -> None:
    with pytest.raises(RuntimeError), db.single_statements() as asked:  # noqa: PT012  # both in one
        add(asked, "a.gov.vn")
        raise RuntimeError
    assert count(db, "a.gov.vn") == 1


def test_a_connection_lent_for_single_statements_has_transactions_again_afterwards(
    db: Database,
) -> None:
    with db.single_statements() as asked:
        add(asked, "a.gov.vn")
    with pytest.raises(RuntimeError), db.driver_transaction() as again:  # noqa: PT012  # both in one
        assert again is asked
        add(again, "b.gov.vn")
        raise RuntimeError
    assert count(db, "b.gov.vn") == 0
