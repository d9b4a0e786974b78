"""Keeps figures current: a look every some seconds, work only where something has changed."""

import procrastinate
import structlog

from kernel.clock import Clock
from kernel.database import Database
from mail_admin.rate.service import refresh
from mail_admin.rate.settings import UsageRateSettings

log = structlog.get_logger("usage-rate")


class RateJobs:
    """Registers the periodic task."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        settings: UsageRateSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        task = jobs.task(
            name="usage-rate.refresh",
            queueing_lock="usage-rate.refresh",
            lock="usage-rate.refresh",
        )(self.run)
        jobs.periodic(cron=f"* * * * * */{settings.refresh_seconds}")(task)

    def run(self, timestamp: int) -> None:
        """A failed round leaves its notes for the next one."""
        with self._database.transaction() as session:
            computed = refresh(session, self._settings, now=self._clock())
        if computed:
            windows = [window.label for window in computed]
            log.info("figures-computed", windows=windows, timestamp=timestamp)
