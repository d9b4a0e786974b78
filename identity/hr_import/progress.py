"""How far the worker is with a plan, told in transactions of its own while the work goes on."""

import time
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from identity.hr_import.models import ImportProgress, Stage
from kernel.clock import Clock
from kernel.database import Database

T = TypeVar("T")

SECONDS_BETWEEN = 0.4
"""Each word is a commit; nobody sees more than two in a second."""


class Progress(Protocol):
    def begin(self, stage: Stage, total: int = 0) -> None: ...

    def advance(self, steps: int = 1) -> None: ...


class Silent:
    """Where nobody watches."""

    def begin(self, stage: Stage, total: int = 0) -> None:
        pass

    def advance(self, steps: int = 1) -> None:
        pass


class Told:
    """Written down for whoever asks."""

    def __init__(self, database: Database, plan_id: UUID, clock: Clock) -> None:
        self._database = database
        self._plan_id = plan_id
        self._clock = clock
        self._stage, self._done, self._total = Stage.READING, 0, 0
        self._next = 0.0

    def begin(self, stage: Stage, total: int = 0) -> None:
        self._stage, self._done, self._total = stage, 0, total
        self._tell()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if time.monotonic() >= self._next:
            self._tell()

    def _tell(self) -> None:
        self._next = time.monotonic() + SECONDS_BETWEEN
        said = {
            "stage": self._stage,
            "done": min(self._done, self._total),
            "total": self._total,
            "at": self._clock(),
        }
        statement = insert(ImportProgress).values(plan_id=self._plan_id, **said)
        with self._database.transaction() as session:
            session.execute(statement.on_conflict_do_update(index_elements=["plan_id"], set_=said))


def counted(items: Iterable[T], progress: Progress) -> Iterator[T]:
    for item in items:
        yield item
        progress.advance()


def forget_progress(session: Session, plan_id: UUID) -> None:
    """Before something new is asked of the worker."""
    session.execute(delete(ImportProgress).where(ImportProgress.plan_id == plan_id))


def find_progress(session: Session, plan_id: UUID) -> ImportProgress | None:
    return session.get(ImportProgress, plan_id, populate_existing=True)
