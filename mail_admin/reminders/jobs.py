"""What the worker does by itself about mailboxes that nobody uses, and about locks."""

from uuid import UUID

import procrastinate
import structlog
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.clock import Clock
from kernel.database import Database
from kernel.jobs import defer
from kernel.mailer import MailNotConfigured, MailUnavailable
from mail_admin.limits.service import forget_outgoing
from mail_admin.limits.settings import LimitSettings
from mail_admin.reminders.calendar import REMINDING_MINUTE
from mail_admin.reminders.errors import MassLockStopped, QuietHours, RulesOff
from mail_admin.reminders.service import Reminders

log = structlog.get_logger("reminders")


class ReminderJobs:
    """Registers the tasks. Reminders go out hourly while hours are not quiet; rules at 8:40."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        reminders: Reminders,
        limits: LimitSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._reminders = reminders
        self._limits = limits
        self._clock = clock
        retry = procrastinate.RetryStrategy(
            max_attempts=8, exponential_wait=4, retry_exceptions={MailUnavailable}
        )
        self._notice = jobs.task(name="mail-admin.limit-notice", retry=retry)(self._run_notice)
        remind = jobs.task(name="mail-admin.remind", queueing_lock="mail-admin.remind")
        jobs.periodic(cron=f"{REMINDING_MINUTE} * * * *")(remind(self._run_remind))
        apply = jobs.task(name="mail-admin.usage-rules", queueing_lock="mail-admin.usage-rules")
        jobs.periodic(cron="40 1 * * *")(apply(self._run_rules))

    def tell_of_limit(self, session: Session, account_id: UUID) -> None:
        """Queue the notice of a lock in its transaction."""
        defer(session, self._notice, account_id=str(account_id))

    def _run_notice(self, account_id: str) -> None:
        self._reminders.tell_of_limit(UUID(account_id))

    def _run_remind(self, timestamp: int) -> None:
        if not self._reminders.settings.enabled:
            return
        try:
            counts = self._reminders.remind()
        except QuietHours:
            return
        except (MailUnavailable, MailNotConfigured) as error:  # the next hour goes on
            log.warning("reminders-stopped", code=error.code, timestamp=timestamp)
            return
        log.info("reminded", sent=counts.sent, refused=counts.refused, **counts.by_kind)

    def _run_rules(self, timestamp: int) -> None:  # noqa: ARG002  # procrastinate hands it over
        with self._database.transaction() as session:
            forget_outgoing(session, self._limits, self._clock())
        try:
            self._reminders.apply_rules(Actor.system("usage rules"))
        except (RulesOff, MassLockStopped):
            return  # a run that the brake stopped is noted, and said in the log
