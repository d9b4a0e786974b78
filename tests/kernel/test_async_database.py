"""Connections on the event loop: lent out, given back, replaced when the server went away."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import SerializationFailure, UniqueViolation
from pydantic import SecretStr

from kernel.async_database import WAIT_SECONDS, AsyncDatabase, Connection
from kernel.database import DatabaseSettings, DatabaseUnavailable
from tests.support.relay import Relay

Scenario = Callable[[AsyncDatabase], Coroutine[Any, Any, None]]


def run(url: str, scenario: Scenario, **more: Any) -> None:
    async def with_database() -> None:
        database = AsyncDatabase(DatabaseSettings(url=SecretStr(url), **more), size=2)
        try:
            await scenario(database)
        finally:
            await database.close()

    asyncio.run(with_database())


async def value(database: AsyncDatabase, statement: str) -> Any:
    async with database.connection() as connection:
        row = await (await connection.execute(statement.encode())).fetchone()
    assert row is not None
    return row[0]


def test_connections_are_made_like_those_of_the_engine_and_lent_out_again(
    database_url: str,
) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        backends = {await value(database, "SELECT pg_backend_pid()") for _ in range(5)}
        assert len(backends) == 1
        assert await value(database, "SHOW timezone") == "UTC"
        assert await value(database, "SHOW statement_timeout") == "2s"
        assert await value(database, "SHOW application_name") == "congvu"
        assert await value(database, "SELECT count(*) FROM pg_prepared_statements") == 1

    run(database_url, scenario, statement_timeout_seconds=2)


async def insert_both(connection: Connection) -> None:
    async with connection.transaction():
        await connection.execute("INSERT INTO thing VALUES (2)")
        await connection.execute("INSERT INTO thing VALUES (1)")


def test_each_statement_commits_by_itself_unless_it_is_in_a_transaction(database_url: str) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        async with database.connection() as connection:
            await connection.execute("CREATE TABLE thing (id integer PRIMARY KEY)")
            await connection.execute("INSERT INTO thing VALUES (1)")
            with pytest.raises(UniqueViolation):
                await insert_both(connection)
        assert await value(database, "SELECT count(*) FROM thing") == 1

    run(database_url, scenario)


def test_connections_that_the_server_ended_are_replaced_before_anybody_notices(
    database_url: str,
) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        async with database.connection() as one, database.connection() as other:
            pids = [one.info.backend_pid, other.info.backend_pid]
        with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM unnest(%s) AS pid", [pids])
        assert await value(database, "SELECT pg_backend_pid()") not in pids

    run(database_url, scenario)


def test_a_server_that_is_away_is_said_within_seconds_and_used_again_when_it_is_back(
    database_url: str,
) -> None:
    port = conninfo_to_dict(database_url.replace("+psycopg", ""))["port"]

    async def scenario(database: AsyncDatabase) -> None:
        assert await value(database, "SELECT 1") == 1
        relay.refuse()
        async with asyncio.timeout(WAIT_SECONDS + 3):
            for _ in range(5):
                with pytest.raises(DatabaseUnavailable):
                    await value(database, "SELECT 1")
        relay.accept()
        assert await value(database, "SELECT 1") == 1

    with Relay(int(str(port))) as relay:
        run(database_url.replace(f":{port}/", f":{relay.port}/"), scenario)


def test_a_connection_that_breaks_in_use_is_said_too(database_url: str) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        with pytest.raises(DatabaseUnavailable):
            async with database.connection() as connection:
                await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await value(database, "SELECT 1") == 1

    run(database_url, scenario)


def test_a_statement_over_its_limit_is_said_and_the_connection_is_kept(database_url: str) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        before = await value(database, "SELECT pg_backend_pid()")
        with pytest.raises(DatabaseUnavailable):
            await value(database, "SELECT pg_sleep(10)")
        assert await value(database, "SELECT pg_backend_pid()") == before

    run(database_url, scenario, statement_timeout_seconds=0.05)


def test_crossed_transactions_are_left_to_whoever_can_repeat_them(database_url: str) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        with pytest.raises(SerializationFailure):
            await value(database, "DO $$ BEGIN RAISE serialization_failure; END $$")

    run(database_url, scenario)


def test_whoever_is_cancelled_leaves_no_unfinished_work_behind(database_url: str) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        for _ in range(3):
            sleeping = asyncio.create_task(value(database, "SELECT pg_sleep(60)"))
            await asyncio.sleep(0.05)
            sleeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sleeping
        assert await value(database, "SELECT 1") == 1
        running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
        assert await value(database, f"{running} 'SELECT pg_sleep%'") == 0

    run(database_url, scenario)


def test_no_more_connections_than_its_size_and_those_who_wait_get_one_in_turn(
    database_url: str,
) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        statement = "SELECT pg_backend_pid() FROM pg_sleep(0.001)"
        backends = await asyncio.gather(*(value(database, statement) for _ in range(50)))
        assert len(set(backends)) == 2

    run(database_url, scenario)


def test_whoever_waits_too_long_for_a_connection_is_told(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.async_database.WAIT_SECONDS", 0.05)

    async def scenario(database: AsyncDatabase) -> None:
        async with database.connection(), database.connection():
            with pytest.raises(DatabaseUnavailable):
                await value(database, "SELECT 1")
        assert await value(database, "SELECT 1") == 1

    run(database_url, scenario)


def test_a_connection_that_is_out_when_all_are_closed_is_closed_when_it_comes_back(
    database_url: str,
) -> None:
    async def scenario(database: AsyncDatabase) -> None:
        async with database.connection() as connection:
            await database.close()
            await connection.execute("SELECT 1")
        assert connection.closed
        assert await value(database, "SELECT 1") == 1

    run(database_url, scenario)


def test_loops_that_end_without_closing_leave_nothing_behind_once_it_is_disposed(
    database_url: str,
) -> None:
    database = AsyncDatabase(DatabaseSettings(url=SecretStr(database_url)))
    assert [asyncio.run(value(database, "SELECT 1")) for _ in range(3)] == [1, 1, 1]
    database.dispose()
    del database
    gc.collect()  # a connection that is dropped open warns, and warnings are errors
