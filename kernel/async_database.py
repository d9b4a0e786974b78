"""Connections for the few hot paths that run on the event loop (docs/decisions/0010).

Everything else uses `kernel.database`. Measured under uvloop on one machine with the server: a
prepared SELECT takes 84 µs, of which the loop is busy for 52; borrowing the connection is 4.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.pq import TransactionStatus

from kernel.database import (
    DatabaseSettings,
    DatabaseUnavailable,
    connection_arguments,
    has_something_to_say,
)
from kernel.jobs import connection_string

WAIT_SECONDS = 3.0
"""For a free connection; as much again for making one."""

Connection = AsyncConnection[tuple[Any, ...]]


@dataclass(slots=True)
class Shelf:
    """The connections of one event loop."""

    free: asyncio.Semaphore
    idle: deque[Connection] = field(default_factory=deque)
    is_closed: bool = False
    """Nobody borrows from it any more, so what comes back is closed."""


class AsyncDatabase:
    """Lends out connections in autocommit mode, whose statements are prepared at the second use.

    They are made when they are needed, on whatever loop runs, so a server that refuses is noticed
    at once and one that is back is used at once: psycopg's own pool connects in the background,
    where a borrower waits for its whole limit, and begins with all its broken connections after
    a restart of the server.
    """

    def __init__(self, settings: DatabaseSettings, *, size: int = 4) -> None:
        self._conninfo = connection_string(settings.url)
        self._arguments = connection_arguments(settings)
        self._size = size
        self._shelves: dict[asyncio.AbstractEventLoop, Shelf] = {}

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Raises DatabaseUnavailable within seconds, also for what happens in the block.

        What was sent when a connection broke may have been done or not; whoever can do it twice
        without harm tries once more. DeadlockDetected and SerializationFailure stay as they are.
        """
        shelf = self._shelf()
        await _acquire(shelf.free)
        try:
            with _translated():
                connection = _intact(shelf.idle) or await self._connect()
                try:
                    yield connection
                finally:
                    await _give_back(connection, shelf)
        finally:
            shelf.free.release()

    async def close(self) -> None:
        """The connections of the running loop; one that is out is closed when it comes back.

        Whoever asks afterwards gets new ones.
        """
        shelf = self._shelves.pop(asyncio.get_running_loop(), None)
        if shelf is None:
            return
        shelf.is_closed = True
        while shelf.idle:
            await shelf.idle.popleft().close()

    def dispose(self) -> None:
        """The connections of loops that ended without closing them."""
        for loop in [loop for loop in list(self._shelves) if loop.is_closed()]:
            for connection in self._shelves.pop(loop).idle:
                connection.pgconn.finish()

    def _shelf(self) -> Shelf:
        loop = asyncio.get_running_loop()
        shelf = self._shelves.get(loop)
        if shelf is None:
            self.dispose()
            shelf = self._shelves[loop] = Shelf(asyncio.Semaphore(self._size))
        return shelf

    async def _connect(self) -> Connection:
        return await AsyncConnection.connect(
            self._conninfo, autocommit=True, prepare_threshold=1, **self._arguments
        )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DeadlockDetected, SerializationFailure):
        raise
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable from error


async def _acquire(free: asyncio.Semaphore) -> None:
    if not free.locked():
        await free.acquire()
        return
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await free.acquire()
    except TimeoutError as error:
        raise DatabaseUnavailable from error


def _intact(idle: deque[Connection]) -> Connection | None:
    """The one used last."""
    while idle:
        connection = idle.pop()
        if not has_something_to_say(connection.fileno()):
            return connection
        connection.pgconn.finish()
    return None


async def _give_back(connection: Connection, shelf: Shelf) -> None:
    is_idle = connection.pgconn.transaction_status == TransactionStatus.IDLE
    if is_idle and not shelf.is_closed:
        shelf.idle.append(connection)
    else:
        await connection.close()
