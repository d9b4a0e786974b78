"""Counts what a source tells, batch by batch, for as long as the process lives."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

from kernel.database import Database
from mail_admin.usage.accounts import Accounts
from mail_admin.usage.events import Counted, Limits, Observed, day_at, is_plausible
from mail_admin.usage.ingest import count_events, months_of
from mail_admin.usage.models import EventKind
from mail_admin.usage.partitions import Partitions
from mail_admin.usage.readings import Notes, note
from mail_admin.usage.settings import UsageSettings
from mail_admin.usage.sources import DATA_FAULTS, Batch, PositionMoved, Source, fault_name

PAUSE_SECONDS = 0.25
"""Between two looks at a source that had nothing."""
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.5, 15.0
REPORT_SECONDS = 60.0
NOTE_SECONDS = 5.0
"""Between two notes of how far a source is read."""
LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('usage source ' || :name, 0))")

DATABASE_GONE = (DBAPIError, InvalidRequestError)
"""The pool says the latter when a connection that it has just opened is lost at once."""

log = structlog.get_logger("usage")


@dataclass(slots=True)
class Tally:
    """What became of what was told."""

    new: int = 0
    repeated: int = 0
    unknown: int = 0
    """Of mailboxes that are none of ours; their names are kept nowhere."""
    refused: int = 0
    """Too old, too far ahead, impossible, or nothing that PostgreSQL takes."""
    parked: int = 0
    """Lines that were passed over; where they stand is kept."""
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.new += other.new
        self.repeated += other.repeated
        self.unknown += other.unknown
        self.refused += other.refused
        self.parked += other.parked
        self.faults += other.faults

    @property
    def is_empty(self) -> bool:
        counts = (self.new, self.repeated, self.unknown, self.refused, self.parked)
        return not (any(counts) or self.faults)


class Counting:
    """Turns what was observed into rows; shared by all ways in which events arrive."""

    def __init__(
        self,
        database: Database,
        settings: UsageSettings,
        clock: Callable[[], datetime],
        accounts: Accounts | None = None,
    ) -> None:
        self.database = database
        self._settings = settings
        self._clock = clock
        self._accounts = accounts or Accounts(lambda: clock().timestamp())
        self._partitions = Partitions(database)

    def now(self) -> datetime:
        return self._clock()

    def limits(self) -> Limits:
        now = self._clock()
        oldest = now - timedelta(days=self._settings.retention.event_days)
        return Limits(oldest.timestamp(), now.timestamp() + self._settings.future_seconds)

    def count(
        self,
        source: str,
        events: Sequence[Observed],
        then: Callable[[Session], None] | None = None,
        *,
        whole: bool = False,
    ) -> Tally:
        """All of them in one transaction, with what `then` does in it. Raises SQLAlchemy's errors.

        Partitions are made before it, so that it never waits for them with rows locked. Should one
        be gone that was there before, such as after a restore, it is made anew. An event that
        PostgreSQL cannot take is refused, and keeps nobody else from being counted; or, where all
        or nothing is wanted as a `whole`, it is raised.
        """
        try:
            return self._count(source, events, then, self._all_at_once)
        except IntegrityError:
            self.forget()
        except DataError:
            if whole:
                raise
        again = self._all_at_once if whole else self._in_halves
        return self._count(source, events, then, again)

    def _count(
        self,
        source: str,
        events: Sequence[Observed],
        then: Callable[[Session], None] | None,
        count: "HowToCount",
    ) -> Tally:
        earliest, latest = self.limits()
        good = [one for one in events if earliest <= one.at <= latest and is_plausible(one)]
        self._partitions.ensure(months_of({day_at(one.at) for one in good}))
        with self.database.transaction() as session:
            tally = count(session, source, good)
            if then is not None:
                then(session)
        tally.refused += len(events) - len(good)
        return tally

    def _all_at_once(self, session: Session, source: str, events: Sequence[Observed]) -> Tally:
        tally = Tally()
        known = self._accounts.learn(session, _names(events))
        rows = list(_resolved(events, known, tally))
        tally.new = count_events(session, source, rows)
        tally.repeated = len(rows) - tally.new
        return tally

    def _in_halves(self, session: Session, source: str, events: Sequence[Observed]) -> Tally:
        """Halves what fails until the one event is found that does, in the same transaction."""
        try:
            with session.begin_nested():
                return self._all_at_once(session, source, events)
        except DataError as error:
            if len(events) == 1:
                state = getattr(error.orig, "sqlstate", None)  # its words may quote the event
                log.warning("usage-refused", source=source, kind=events[0].kind, sqlstate=state)
                return Tally(refused=1)
        middle = len(events) // 2
        tally = self._in_halves(session, source, events[:middle])
        tally.add(self._in_halves(session, source, events[middle:]))
        return tally

    def forget(self) -> None:
        """Look everything up again, after a failure."""
        self._accounts.forget()
        self._partitions.forget()


HowToCount = Callable[[Session, str, Sequence[Observed]], Tally]


def _resolved(
    events: Sequence[Observed], known: Mapping[str, str], tally: Tally
) -> Iterator[Counted]:
    for key, at, name, kind, amount, size, unless in events:
        account_id = known.get(name)
        if account_id is None:
            tally.unknown += not unless
        elif not unless or known.get(unless) != account_id:
            yield Counted(day_at(at), key, at, account_id, kind, amount, size)


def _names(events: Sequence[Observed]) -> dict[str, float]:
    """Each name with its last event. Guesses of strangers are no reason to look again."""
    names: dict[str, float] = {}
    failed = EventKind.FAILED_SIGN_IN.value
    for event in events:
        at = float("-inf") if event.kind == failed else event.at
        for name in (event.name, event.unless):
            if name and (name not in names or at > names[name]):
                names[name] = at
    return names


class Collector:
    """One source, read by one process at a time."""

    def __init__(
        self,
        engine: Engine,
        counting: Counting,
        source: Source,
        *,
        pause: float = PAUSE_SECONDS,
        note_seconds: float = NOTE_SECONDS,
    ) -> None:
        self._engine = engine
        self._counting = counting
        self._source = source
        self._pause = pause
        self._note_seconds = note_seconds
        self._notes = Notes()
        self.tally = Tally()
        """Since the last report."""

    @property
    def name(self) -> str:
        return f"usage {self._source.name}"

    def run_until(self, stop: threading.Event) -> None:
        """Losing the database is waited out: the log keeps what happens meanwhile."""
        retry = FIRST_RETRY_SECONDS
        while not stop.is_set():
            try:
                with self._only_reader() as alone:
                    if alone:
                        self._resume()
                        retry = FIRST_RETRY_SECONDS
                        self._collect(stop)
                stop.wait(2.0)
            except PositionMoved:
                log.warning("usage-position-moved", source=self._source.name)
            except (*DATABASE_GONE, psycopg.Error, OSError) as error:
                fault = fault_name(error)
                log.warning("usage-waits", source=self._source.name, error=fault, wait=retry)
                self._notes.stumble(fault, self._counting.now())
                self._counting.forget()
                stop.wait(retry)
                retry = min(retry * 2, LONGEST_RETRY_SECONDS)
            finally:
                self._source.close()

    def _resume(self) -> None:
        with self._counting.database.transaction() as session:
            self._source.resume(session)

    def _collect(self, stop: threading.Event) -> None:
        reported = noted = time.monotonic()
        self._note()
        while not stop.is_set():
            batch = self._source.next_batch()
            if batch is None:
                stop.wait(self._pause)
            else:
                self.take(batch)
            now = time.monotonic()
            if now - noted >= self._note_seconds:
                self._note()
                noted = now
            if now - reported >= REPORT_SECONDS:
                self._report()
                reported = now
        self._note()
        self._report()

    def take(self, batch: Batch) -> None:
        """Count a batch, or look for what in it cannot be counted. Raises SQLAlchemy's errors."""
        error = batch.error
        if error is None:
            try:
                self._count(batch, self._source.commit, whole=True)
            except DATA_FAULTS as fault:
                error = fault
            else:
                return
        if not self._source.narrow(batch):
            self._park(batch, fault_name(error))
        self._counting.forget()
        self._resume()

    def _count(
        self, batch: Batch, commit: Callable[[Session, Batch], None], *, whole: bool
    ) -> None:
        tally = self._counting.count(
            self._source.name, batch.events, lambda session: commit(session, batch), whole=whole
        )
        self._source.committed(batch)
        tally.faults.update(batch.faults)
        self.tally.add(tally)
        limits = self._counting.limits()
        moments = [one.at for one in batch.events if limits.earliest <= one.at <= limits.latest]
        if moments:
            self._notes.last_event_at = datetime.fromtimestamp(max(moments), UTC)

    def _park(self, batch: Batch, fault: str) -> None:
        """Pass over a line, but for those of its events that can be counted."""
        source = self._source

        def commit(session: Session, batch: Batch) -> None:
            source.commit(session, batch)
            source.park(session, batch, fault)

        def skip(session: Session, batch: Batch) -> None:
            source.skip(session, batch)
            source.park(session, batch, fault)

        try:
            self._count(batch, skip if batch.error else commit, whole=False)
        except DATA_FAULTS:
            self._count(replace(batch, events=()), skip, whole=True)
        self.tally.parked += 1
        log.warning("usage-line-parked", source=source.name, fault=fault)

    def _note(self) -> None:
        """Say how far the source is read. Raises OSError, SQLAlchemy's errors."""
        progress = self._source.progress()
        if progress is None:
            return
        with self._counting.database.transaction() as session:
            note(session, self._source.name, progress, self._notes, self._counting.now())
        self._notes = Notes()

    def _report(self) -> None:
        told, self.tally = self.tally, Tally()
        if not told.is_empty:
            log.info(
                "usage-counted",
                source=self._source.name,
                new=told.new,
                repeated=told.repeated,
                unknown=told.unknown,
                refused=told.refused,
                parked=told.parked,
                faults=dict(told.faults),
            )

    @contextmanager
    def _only_reader(self) -> Iterator[bool]:
        """Holds the lock of the source on a connection of its own, which leaves with it."""
        with self._engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone = bool(plain.scalar(LOCK, {"name": self._source.name}))
            try:
                yield alone
            finally:
                plain.invalidate()  # closed, so that the lock is gone
