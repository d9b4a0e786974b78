"""The worker looks at certificates once an hour; what it saw is kept for pages and checks."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import procrastinate
import structlog
from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.certificates import Failure, Seen, WatchedCertificate, look_at
from kernel.clock import Clock
from kernel.database import Database

SOON = timedelta(days=30)

log = structlog.get_logger("certificates")


class CertificateJobs:
    """Registers the hourly task. A look that fails is repeated an hour later."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        sources: Callable[[], Sequence[str]],
        timeout_seconds: float,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sources = sources
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        task = jobs.task(name="certificates.look", queueing_lock="certificates.look")(self._run)
        jobs.periodic(cron="35 * * * *")(task)

    def _run(self, timestamp: int) -> None:
        del timestamp  # when it was meant to run
        self.look()

    def look(self) -> None:
        """What is no longer named is no longer watched."""
        sources = list(dict.fromkeys(self._sources()))
        found = {source: look_at(source, self._timeout_seconds) for source in sources}
        now = self._clock()
        with self._database.transaction() as session:
            gone = WatchedCertificate.source.not_in(sources)
            session.execute(delete(WatchedCertificate).where(gone))
            for source, seen in found.items():
                _keep(session, source, seen, now)
        failed = sum(isinstance(seen, Failure) for seen in found.values())
        log.info("certificates-seen", certificates=len(found), failed=failed)


def _keep(session: Session, source: str, seen: Seen | Failure, now: datetime) -> None:
    """Of one that cannot be looked at, what was known stays."""
    values: dict[str, object] = {"looked_at": now}
    if isinstance(seen, Failure):
        values |= {"failure": seen}
    else:
        values |= {"failure": None, "kind": seen.kind, "subject": seen.subject}
        values |= {"ends_at": seen.ends_at}
    statement = insert(WatchedCertificate).values(source=source, **values)
    session.execute(
        statement.on_conflict_do_update(index_elements=[WatchedCertificate.source], set_=values)
    )


def list_certificates(session: Session) -> list[WatchedCertificate]:
    """The next to end first; those of which nothing is known at the head."""
    statement = select(WatchedCertificate).order_by(
        WatchedCertificate.ends_at.asc().nulls_first(), WatchedCertificate.source
    )
    return list(session.scalars(statement))


def count_ending(session: Session, now: datetime, within: timedelta = SOON) -> int:
    """Those that end within the time or have ended."""
    ending = WatchedCertificate.ends_at <= now + within
    return session.scalar(select(func.count()).where(ending)) or 0


def count_unseen(session: Session) -> int:
    """Those that could not be looked at the last time."""
    unseen = or_(WatchedCertificate.failure.is_not(None), WatchedCertificate.ends_at.is_(None))
    return session.scalar(select(func.count()).where(unseen)) or 0
