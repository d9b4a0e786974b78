"""What the calendar changes, which shows in the directory without an edit; and comparisons."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import procrastinate
import structlog
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.directory import comparisons
from identity.directory.gateway import LdapDirectory
from identity.directory.settings import DirectorySettings
from kernel.access import Actor
from kernel.clock import Clock, office_day
from kernel.database import Database
from kernel.jobs import defer

HOURS_AHEAD = 7
"""Of Vietnam, which knows no summer time; schedules are in UTC."""
MOST_ATTEMPTS = 5
RETRY = procrastinate.RetryStrategy(max_attempts=MOST_ATTEMPTS - 1, exponential_wait=8)
"""Of the daily comparison: the last attempt begins an hour and a quarter after the first."""
LOOK_BACK_DAYS = 7
"""A worker that was down for a weekend catches up; touching a row twice is harmless."""

TOUCH = (
    """SELECT identity_touch_accounts_of_people(array_agg(DISTINCT person_id)),
        identity_touch_groups(array_agg(DISTINCT organisation_id))
    FROM identity_appointment
    WHERE valid_from BETWEEN :since AND :until OR valid_to BETWEEN :since AND :until""",
    """SELECT identity_touch_accounts(array_agg(DISTINCT account_id)) FROM identity_custodian
    WHERE valid_from BETWEEN :since AND :until OR valid_to BETWEEN :since AND :until""",
    """SELECT identity_touch_accounts(array_agg(DISTINCT account_id)) FROM identity_address
    WHERE alias_until BETWEEN :since AND :until""",
    """SELECT identity_touch_organisations(array_agg(id)), identity_touch_groups(array_agg(id))
    FROM identity_organisation
    WHERE valid_from BETWEEN :since AND :until OR valid_to BETWEEN :since AND :until""",
)

log = structlog.get_logger("directory")


def follow_calendar(session: Session, today: date) -> None:
    """Have everything written again whose period began or ended within the last days."""
    days = {"since": today - timedelta(days=LOOK_BACK_DAYS), "until": today}
    for statement in TOUCH:
        session.execute(text(statement), days)


class DirectoryJobs:
    """Registers the daily tasks, the calendar a little after midnight in Vietnam (17:00 UTC)."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        directory: Callable[[], LdapDirectory],
        settings: DirectorySettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._directory = directory
        self._base_dn = settings.base_dn
        self._clock = clock
        follow = jobs.task(
            name="directory.follow-calendar",
            queueing_lock="directory.follow-calendar",
            retry=procrastinate.RetryStrategy(max_attempts=10, exponential_wait=5),
        )(self._run)
        jobs.periodic(cron="5 17 * * *")(follow)
        self._compare = jobs.task(name="directory.compare")(self._run_compare)
        daily = jobs.task(
            name="directory.compare-daily",
            queueing_lock="directory.compare-daily",
            pass_context=True,
            retry=RETRY,
        )(self._run_daily)
        if settings.comparison.daily:
            jobs.periodic(cron=f"15 {(settings.comparison.hour - HOURS_AHEAD) % 24} * * *")(daily)

    def defer_comparison(self, session: Session, comparison_id: UUID) -> int:
        return defer(session, self._compare, comparison_id=str(comparison_id))

    def _run_compare(self, comparison_id: str) -> None:
        """Who asked sees it fail, and asks again."""
        self._compared(UUID(comparison_id))

    def _run_daily(self, context: JobContext, timestamp: int) -> None:
        """Raises NotCompared when it is to be tried again.

        The last attempt leaves no broken job behind, since the next day mends it.
        """
        del timestamp  # when it was meant to run
        mine = self._asked(context.job)
        is_last = context.job.attempts >= MOST_ATTEMPTS - 1
        if mine is not None and not self._compared(mine) and not is_last:
            raise comparisons.NotCompared

    def _asked(self, job: Job) -> UUID | None:
        """The comparison of this job; None when one that somebody asked for does as well."""
        actor, now = Actor.system(comparisons.SCHEDULE), self._clock()
        with self._database.transaction() as session:
            known = comparisons.find_of_job(session, job.id or 0)
            if known is not None:
                return None if comparisons.is_superseded(session, known) else known.id
            asked = comparisons.ask_comparison(session, actor, lambda *_: job.id or 0, now)
            return asked.id if asked.job_id == job.id else None

    def _compared(self, comparison_id: UUID) -> bool:
        with self._directory() as directory:
            found = comparisons.run_comparison(
                self._database, directory, self._base_dn, self._clock, comparison_id
            )
        if found is None:
            log.warning("comparison-failed", comparison=str(comparison_id))
            return False
        log.info("directory-compared", compared=found.compared, differ=len(found.drifts))
        return True

    def _run(self, timestamp: int) -> None:
        day = office_day(self._clock())
        with self._database.transaction() as session:
            follow_calendar(session, day)
        log.info("calendar-followed", day=day.isoformat(), timestamp=timestamp)
