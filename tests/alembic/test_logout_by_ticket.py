"""Upgrading an installation in use: logouts of CAS on their way are divided by ticket."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from alembic import command

ALONE = """
    ALTER TABLE sso_cas_ticket DROP CONSTRAINT fk_sso_cas_ticket_participation_id;
    ALTER TABLE sso_logout_delivery DROP CONSTRAINT fk_sso_logout_delivery_participation_id;
"""
"""What the rows refer to does not matter here."""
TICKET = """
    INSERT INTO sso_cas_ticket (id, kind, participation_id, service, proxies, with_credentials,
        issued_at, expires_at, consumed_at)
    VALUES (:id, :kind, :sid, :service, '{}', false, now(), now(),
        CASE WHEN :used THEN now() END)
"""
DELIVERY = """
    INSERT INTO sso_logout_delivery (participation_id, protocol, attempts, delivered_at)
    VALUES (:sid, :protocol, 3, CASE WHEN :told THEN now() END)
"""
LEFT = """
    SELECT protocol, ticket_id, host, attempts FROM sso_logout_delivery
    WHERE delivered_at IS NULL AND given_up_at IS NULL ORDER BY protocol, ticket_id
"""


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def fill(engine: Engine) -> None:
    sid, told = UUID(int=1), UUID(int=2)
    with engine.begin() as connection:
        connection.execute(text(ALONE))
        for number, kind, used, service in (
            (11, "service", True, "https://Motcua.example:8443/a?x=1"),
            (12, "service", True, "https://other.example"),
            (13, "service", False, "https://other.example/"),
            (14, "proxy", True, "https://other.example/"),
        ):
            values = {"id": UUID(int=number), "kind": kind, "used": used, "service": service}
            connection.execute(text(TICKET), values | {"sid": sid})
        for whose, protocol, done in (
            (sid, "cas", False),
            (sid, "openid", False),
            (told, "cas", True),
        ):
            values = {"sid": whose, "protocol": protocol, "told": done}
            connection.execute(text(DELIVERY), values)


def test_what_is_on_its_way_is_divided_by_ticket_and_put_together_again(
    configuration: Config, engine: Engine
) -> None:
    command.upgrade(configuration, "0009")
    fill(engine)
    command.upgrade(configuration, "0010")
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(LEFT))] == [
            ("cas", UUID(int=11), "motcua.example:8443", 3),
            ("cas", UUID(int=12), "other.example", 3),
            ("openid", None, "", 3),
        ]
        everything = connection.scalar(text("SELECT count(*) FROM sso_logout_delivery"))
    assert everything == 4  # one was delivered before
    command.downgrade(configuration, "0009")
    with engine.connect() as connection:
        protocols = text("SELECT protocol FROM sso_logout_delivery WHERE delivered_at IS NULL")
        assert sorted(connection.scalars(protocols)) == ["cas", "openid"]
