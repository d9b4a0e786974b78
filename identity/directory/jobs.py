"""What the calendar changes, which shows in the directory without an edit; and comparisons."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import procrastinate
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.directory.comparisons import run_comparison
from identity.directory.gateway import LdapDirectory
from kernel.clock import Clock, office_day
from kernel.database import Database
from kernel.jobs import defer

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
    """Registers the daily task, a little after midnight in Vietnam (17:00 UTC), and comparing."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        directory: Callable[[], LdapDirectory],
        base_dn: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._directory = directory
        self._base_dn = base_dn
        self._clock = clock
        task = jobs.task(
            name="directory.follow-calendar",
            queueing_lock="directory.follow-calendar",
            retry=procrastinate.RetryStrategy(max_attempts=10, exponential_wait=5),
        )(self._run)
        jobs.periodic(cron="5 17 * * *")(task)
        self._compare = jobs.task(name="directory.compare")(self._run_compare)

    def defer_comparison(self, session: Session, comparison_id: UUID) -> int:
        return defer(session, self._compare, comparison_id=str(comparison_id))

    def _run_compare(self, comparison_id: str) -> None:
        with self._directory() as directory:
            found = run_comparison(
                self._database, directory, self._base_dn, self._clock, UUID(comparison_id)
            )
        if found is None:
            log.warning("comparison-failed", comparison=comparison_id)
        else:
            log.info("directory-compared", compared=found.compared, differ=len(found.drifts))

    def _run(self, timestamp: int) -> None:
        day = office_day(self._clock())
        with self._database.transaction() as session:
            follow_calendar(session, day)
        log.info("calendar-followed", day=day.isoformat(), timestamp=timestamp)
