"""Hears PostgreSQL's NOTIFY, so that what a process keeps in memory follows the database."""

import contextlib
import os
import select
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from psycopg import Connection, sql

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
CONNECT_SECONDS = 5
STOP_SECONDS = 2.0
"""How long `stop` waits for the thread, which may be in the middle of connecting."""

Callback = Callable[[str | None], None]

log = structlog.get_logger("notices")


class Notices:
    """One thread with one connection, which listens for the whole process and reconnects for ever.

    Callbacks run in that thread, so they must be quick. They get the payload, or None when their
    channel begins to be heard, be it anew: whatever was said before that is lost. The server must
    be reached directly: LISTEN does not pass through a pooler that lends out connections by the
    transaction.
    """

    def __init__(self, conninfo: str) -> None:
        self.connected = False
        """Whether every notice is heard just now."""
        self._conninfo = conninfo
        self._callbacks: dict[str, list[Callback]] = {}
        self._endings: list[Callable[[], None]] = []
        self._stopping = threading.Event()
        self._alarm = Alarm()
        self._thread: threading.Thread | None = None

    def subscribe(self, channel: str, callback: Callback) -> None:
        """Before or after the start."""
        self._callbacks.setdefault(channel, []).append(callback)
        self._alarm.ring()

    def when_stopped(self, ending: Callable[[], None]) -> None:
        """For what follows the notices in a thread of its own and must end with them."""
        self._endings.append(ending)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """May be called without a start, and twice; nothing can be started again."""
        self._stopping.set()
        self._alarm.ring()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        while self._endings:
            self._endings.pop()()

    def _run(self) -> None:
        try:
            self._hear_for_ever()
        finally:
            self.connected = False

    def _hear_for_ever(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    pause = FIRST_PAUSE_SECONDS
                    self._hear(connection)
            except psycopg.Error as error:
                if self.connected or pause == FIRST_PAUSE_SECONDS:
                    log.warning("notices-lost", error=type(error).__name__)
                self.connected = False
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _connect(self) -> Connection[Any]:
        """One that notices within eleven seconds that its peer is gone without a word."""
        return psycopg.connect(
            self._conninfo,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="congvu notices",
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )

    def _hear(self, connection: Connection[Any]) -> None:
        """Until we shall stop. Raises psycopg.Error when the connection is lost."""
        poll = select.poll()
        for descriptor in (connection.fileno(), self._alarm.descriptor):
            poll.register(descriptor, select.POLLIN)
        heard: set[str] = set()
        while not self._stopping.is_set():
            self._begin_to_hear(connection, heard)
            for notice in list(connection.notifies(timeout=0)):
                self._call(notice.channel, notice.payload)
            poll.poll()
            self._alarm.silence()

    def _begin_to_hear(self, connection: Connection[Any], heard: set[str]) -> None:
        fresh = [channel for channel in list(self._callbacks) if channel not in heard]
        for channel in fresh:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        heard.update(fresh)
        self.connected = True
        for channel in fresh:
            self._call(channel, None)

    def _call(self, channel: str, payload: str | None) -> None:
        for callback in list(self._callbacks[channel]):
            try:
                callback(payload)
            except Exception as error:  # noqa: BLE001  # the others must go on hearing
                log.error("notice-unheeded", channel=channel, error=type(error).__name__)  # noqa: TRY400  # words may quote data


class Alarm:
    """Wakes a thread that waits for descriptors."""

    def __init__(self) -> None:
        self.descriptor = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def ring(self) -> None:
        os.eventfd_write(self.descriptor, 1)

    def silence(self) -> None:
        """Until the next ring; rings before it count once."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.descriptor)

    def __del__(self) -> None:
        os.close(self.descriptor)
