"""At night: whether organisation mailboxes are open to their custodians, and to nobody else.

What changes in the registry is followed at once; this finds what another hand has changed.
"""

from collections.abc import Callable

import procrastinate
import structlog

from kernel.clock import Clock, office_day
from kernel.database import Database
from mail_admin.server.doveadm import Doveadm
from mail_admin.server.errors import MailServersNotConfigured
from mail_admin.server.service import check_custodians

CHECK = "mailboxes.check-custodians"

log = structlog.get_logger("mailboxes")


class MailServerJobs:
    """Registers the daily task, in the quiet of the night in Vietnam (18:50 UTC)."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        doveadm: Callable[[], Doveadm],
        clock: Clock,
    ) -> None:
        self._database = database
        self._doveadm = doveadm
        self._clock = clock
        task = jobs.task(
            name=CHECK,
            queueing_lock=CHECK,
            retry=procrastinate.RetryStrategy(max_attempts=10, exponential_wait=5),
        )(self.check)
        jobs.periodic(cron="50 18 * * *")(task)

    def check(self, timestamp: int) -> None:
        """Raises MailServersUnavailable, after which it is tried again."""
        try:
            doveadm = self._doveadm()
        except MailServersNotConfigured:
            return
        with doveadm:
            found = check_custodians(
                self._database, doveadm, office_day(self._clock()), repair=True
            )
        for login, changes in found.items():
            log.warning("mailbox-access-mended", login=login, changes=len(changes))
        log.info("mailbox-access-checked", differed=len(found), timestamp=timestamp)
