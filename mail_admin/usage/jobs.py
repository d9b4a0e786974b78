"""At night: sizes of mailboxes are measured, and what is old goes by itself."""

from collections.abc import Callable
from datetime import timedelta

import procrastinate
import structlog

from kernel.clock import Clock, office_day
from kernel.database import Database
from mail_admin.server.doveadm import Doveadm
from mail_admin.server.errors import MailServersNotConfigured
from mail_admin.usage.collector import Counting
from mail_admin.usage.partitions import drop_old
from mail_admin.usage.postfix_log import forget_old
from mail_admin.usage.readings import forget_parked
from mail_admin.usage.settings import RetentionSettings
from mail_admin.usage.sizes import measure_sizes

QUEUE_DAYS = 7
"""Postfix gives a message up after five days at most."""

log = structlog.get_logger("usage")


class UsageJobs:
    """Registers the daily tasks, in the quiet of the night in Vietnam (18:30 and 19:20 UTC)."""

    def __init__(
        self,
        jobs: procrastinate.App,
        counting: Counting,
        doveadm: Callable[[], Doveadm],
        retention: RetentionSettings,
        clock: Clock,
    ) -> None:
        self._database: Database = counting.database
        self._counting = counting
        self._doveadm = doveadm
        self._retention = retention
        self._clock = clock
        for name, cron, work in (
            ("usage.measure-sizes", "30 18 * * *", self._measure),
            ("usage.forget-old", "20 19 * * *", self._forget),
        ):
            task = jobs.task(
                name=name,
                queueing_lock=name,
                retry=procrastinate.RetryStrategy(max_attempts=10, exponential_wait=5),
            )(work)
            jobs.periodic(cron=cron)(task)

    def _measure(self, timestamp: int) -> None:
        try:
            doveadm = self._doveadm()
        except MailServersNotConfigured:  # another system tells of sizes
            return
        with doveadm:
            tally = measure_sizes(self._counting, doveadm.used_bytes, self._clock)
        log.info("usage-measured", mailboxes=tally.new, timestamp=timestamp)

    def _forget(self, timestamp: int) -> None:
        now = self._clock()
        with self._database.transaction() as session:
            forget_old(session, now - timedelta(days=QUEUE_DAYS))
            forget_parked(session, now, self._retention.event_days)
        dropped = drop_old(self._database, self._retention, office_day(now))
        log.info("usage-forgotten", partitions=dropped, timestamp=timestamp)
