"""What time alone brings about: sessions end, keys are succeeded, the past is forgotten."""

from collections.abc import Callable

import procrastinate
import structlog
from sqlalchemy import func, select, text

from kernel.access import Actor
from kernel.clock import Clock, office_day
from kernel.database import Database
from kernel.encryption import KeyRing
from sso.activity import note_refreshes
from sso.assembly import CHANNEL
from sso.calendar import follow_calendar
from sso.forgetting import forget_what_is_over
from sso.keys.service import keep_keys_ready
from sso.sessions.service import STALE_AT_ONCE, end_stale_sessions
from sso.settings import SignOnSettings

GIVE_WAY = text("SET LOCAL lock_timeout = '500ms'")
"""Less than PostgreSQL's deadlock_timeout: an import that suspends or moves people at the same
moment is never the one to be aborted. We come again."""

log = structlog.get_logger("sign-on")


class SignOnJobs:
    """Registers the periodic tasks, the daily ones a little after midnight in Vietnam."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        ring: KeyRing,
        settings: SignOnSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._ring = ring
        self._settings = settings
        self._clock = clock
        for name, cron, work in (
            ("sign-on.end-stale-sessions", "*/5 * * * *", self.end_stale_sessions),
            ("sign-on.keep-keys-ready", "20 * * * *", self.keep_keys_ready),
            ("sign-on.follow-calendar", "5 17 * * *", self.follow_calendar),
            ("sign-on.forget", "40 17 * * *", self.forget),
        ):
            _register(jobs, name, cron, work)

    def end_stale_sessions(self) -> None:
        now = self._clock()
        with self._database.transaction() as session:
            note_refreshes(session, self._settings, now=now)
        total, ended = 0, STALE_AT_ONCE
        while ended >= STALE_AT_ONCE:
            with self._database.transaction() as session:
                session.execute(GIVE_WAY)
                ended = end_stale_sessions(session, self._settings, now=now)
            total += ended
        if total:
            log.info("sessions-expired", number=total)

    def keep_keys_ready(self) -> None:
        actor, now = Actor.system("key schedule"), self._clock()
        with self._database.transaction() as session:
            made = keep_keys_ready(session, self._ring, self._settings, actor, now=now)
            session.execute(select(func.pg_notify(CHANNEL, "")))  # some end by the clock alone
        for key in made:
            log.info("signing-key-published", kid=key.kid, algorithm=key.algorithm.value)

    def follow_calendar(self) -> None:
        day = office_day(self._clock())
        with self._database.transaction() as session:
            follow_calendar(session, day)
        log.info("calendar-followed", day=day.isoformat())

    def forget(self) -> None:
        counts = forget_what_is_over(self._database, self._settings, now=self._clock())
        log.info("forgotten", **{table: number for table, number in counts.items() if number})


def _register(jobs: procrastinate.App, name: str, cron: str, work: Callable[[], None]) -> None:
    def run(timestamp: int) -> None:
        del timestamp  # when it was meant to run
        work()

    task = jobs.task(
        name=name,
        queueing_lock=name,
        retry=procrastinate.RetryStrategy(max_attempts=10, exponential_wait=5),
    )(run)
    jobs.periodic(cron=cron)(task)
