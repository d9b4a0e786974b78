"""Large plans are applied by the worker."""

from typing import Any
from uuid import UUID

import procrastinate
import structlog
from sqlalchemy.orm import Session

from identity.bulk import service
from kernel.access import Actor, ActorKind, Permission
from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import DomainError
from kernel.jobs import defer

log = structlog.get_logger("bulk")


class BulkJobs:
    """Registers the task; web processes defer it, worker processes run it."""

    def __init__(self, jobs: procrastinate.App, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        retry = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=5)
        self._apply = jobs.task(name="bulk.apply", retry=retry)(self._run_apply)

    def defer_apply(self, session: Session, actor: Actor, plan_id: UUID) -> None:
        who = {
            "kind": actor.kind.value,
            "label": actor.label,
            "id": str(actor.id) if actor.id else None,
            "request_id": actor.request_id,
        }
        defer(session, self._apply, plan_id=str(plan_id), actor=who)

    def _run_apply(self, plan_id: str, actor: dict[str, Any]) -> None:
        who = Actor(
            ActorKind(actor["kind"]),
            actor["label"],
            frozenset({Permission.MANAGE_ACCOUNTS}),  # what was checked when it was asked for
            id=UUID(actor["id"]) if actor["id"] else None,
            request_id=actor["request_id"],
        )
        try:
            with self._database.transaction() as session:
                outcome = service.apply_plan(session, who, UUID(plan_id), now=self._clock())
        except DomainError as error:  # asked for twice
            log.info("plan not applied", plan=plan_id, code=error.code)
        else:
            log.info("plan looked at", plan=plan_id, applied=outcome.applied)
