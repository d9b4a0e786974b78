"""A copy in memory of something small in the database, which follows it by NOTIFY."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import psycopg
import structlog
from sqlalchemy.exc import OperationalError

from kernel.database import DatabaseUnavailable
from kernel.notices import Notices

PERIOD_SECONDS = 1.0
"""Between two loads while notices are not heard or the last load failed."""
STOP_SECONDS = 10.0
"""How long a stop waits for a load: its connection must be given back before the pool is closed."""

Value = TypeVar("Value")

log = structlog.get_logger("snapshot")


@dataclass(frozen=True, slots=True)
class Copy(Generic[Value]):
    value: Value


class Snapshot(Generic[Value]):
    """`get` reads an attribute: no lock, no query. Values are replaced as a whole, never changed.

    A thread loads anew right after each notice on the channel, and every second while notices
    are not heard. A load that fails leaves the former value and is repeated. Ends with the notices
    that it follows.
    """

    def __init__(self, load: Callable[[], Value], notices: Notices, channel: str) -> None:
        self._load = load
        self._notices = notices
        self._channel = channel
        self._copy: Copy[Value] | None = None
        self._behind = False
        self._loading = threading.Lock()
        self._failures = 0
        self._failure: Exception | None = None
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        notices.subscribe(channel, lambda _: self._wake.set())
        notices.when_stopped(self._stop)

    def get(self) -> Value:
        """Only the very first call loads; it raises what `load` does, or DatabaseUnavailable."""
        copy = self._copy
        return copy.value if copy is not None else self._first().value

    async def get_async(self) -> Value:
        """For the event loop, which the very first load must not block."""
        copy = self._copy
        return copy.value if copy is not None else await asyncio.to_thread(self.get)

    def reload(self) -> Value:
        """Load now: for whoever has just committed a change and wants to see it here."""
        with self._loading:
            return self._load_copy().value

    def _first(self) -> Copy[Value]:
        seen = self._failures
        with self._loading:
            if self._copy is not None:
                return self._copy
            if self._failure is not None and self._failures != seen:
                raise self._failure  # while we waited in line: nobody waits for one limit each
            return self._load_copy()

    def _load_copy(self) -> Copy[Value]:
        """Within `_loading`, so that an older load never replaces a newer one."""
        try:
            copy = Copy(self._load())
        except (OperationalError, psycopg.OperationalError) as error:
            raise self._failed(DatabaseUnavailable()) from error
        except Exception as error:
            self._failed(error)
            raise
        self._copy, self._behind, self._failure = copy, False, None
        if self._thread is None and not self._stopping:
            self._thread = threading.Thread(target=self._follow, name="snapshot", daemon=True)
            self._thread.start()
        return copy

    def _failed(self, error: Exception) -> Exception:
        self._failures += 1
        self._failure, self._behind = error, True
        return error

    def _follow(self) -> None:
        while True:
            noticed = self._wake.wait(PERIOD_SECONDS)
            self._wake.clear()
            if self._stopping:
                return
            if noticed or self._behind or not self._notices.connected:
                self._reload_or_keep()

    def _reload_or_keep(self) -> None:
        was_behind = self._behind
        try:
            self.reload()
        except Exception as error:  # noqa: BLE001  # the old value is kept and the load repeated
            if not was_behind:
                log.warning("snapshot-behind", channel=self._channel, error=type(error).__name__)

    def _stop(self) -> None:
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
