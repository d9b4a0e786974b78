"""A server of ours that needs an event loop, in a thread of the test."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

PATIENCE_SECONDS = 30.0


class Serving(Protocol):
    async def serve(self, stop: asyncio.Event, *, ready: Callable[[], None]) -> None: ...


@contextmanager
def in_thread(server: Serving) -> Iterator[None]:
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve(stop, ready=ready.set))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


class Switched:
    """One that a test may take away and give back."""

    def __init__(self, make: Callable[[], Serving]) -> None:
        self._make = make
        self._running = ExitStack()

    def start(self) -> None:
        self._running.enter_context(in_thread(self._make()))

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()
