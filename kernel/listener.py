"""A small TCP server for programs beside us; its conversations end with it."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable

Talk = Callable[[StreamReader, StreamWriter], Awaitable[None]]
"""One conversation. Its connection is closed afterwards; what it did not expect is not caught."""


class Listener:
    def __init__(
        self, host: str, port: int, talk: Talk, *, longest_line: int, most: int = 500
    ) -> None:
        self._host, self._port, self._talk = host, port, talk
        self._longest_line = longest_line
        self._most = most
        self._connections: set[asyncio.Task[None]] = set()

    async def serve(self, stop: asyncio.Event, *, ready: Callable[[], None] = lambda: None) -> None:
        """Until told to stop. Raises OSError when the port is taken."""
        server = await asyncio.start_server(
            self._accept, self._host, self._port, limit=self._longest_line
        )
        try:
            ready()
            await stop.wait()
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # the library runs this as one
        if len(self._connections) >= self._most:
            writer.close()
            return
        self._connections.add(task)
        try:
            await self._talk(reader, writer)
        except OSError:
            pass  # the other side is gone
        except asyncio.CancelledError:
            pass  # we stop
        finally:
            self._connections.discard(task)
            writer.close()
