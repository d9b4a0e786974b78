"""Keeps figures current: a look every some seconds, work only where something has changed."""

import threading

import structlog
from sqlalchemy.exc import DBAPIError

from kernel.clock import Clock
from kernel.database import Database
from mail_admin.rate.service import refresh
from mail_admin.rate.settings import UsageRateSettings

log = structlog.get_logger("usage-rate")


class FigureKeeper:
    """Runs in a thread of the worker: behind an import in the queue figures would grow old."""

    def __init__(self, database: Database, settings: UsageRateSettings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def run_until(self, stop: threading.Event) -> None:
        """A failed round leaves its notes for the next one."""
        while not stop.is_set():
            try:
                self.look()
            except DBAPIError as error:
                log.warning("figures-not-computed", error=type(error).__name__)
            stop.wait(self._settings.refresh_seconds)

    def look(self) -> list[str]:
        """Labels of the windows that were computed."""
        with self._database.transaction() as session:
            computed = refresh(session, self._settings, now=self._clock())
        labels = [window.label for window in computed]
        if labels:
            log.info("figures-computed", windows=labels)
        return labels
