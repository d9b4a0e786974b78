"""Large plans are applied by the worker."""

from typing import Any
from uuid import UUID

import procrastinate
import structlog
from sqlalchemy.orm import Session

from identity.bulk.applying import apply_plan
from identity.bulk.confirmation import APPLY, fail_plan, mend_plans
from kernel.access import Actor, Permission
from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import DomainError
from kernel.jobs import defer

log = structlog.get_logger("bulk")
CHECKED = (Permission.MANAGE_ACCOUNTS, Permission.MANAGE_PEOPLE)
"""When it was asked for."""


class BulkJobs:
    """Registers the task; web processes defer it, worker processes run it."""

    def __init__(self, jobs: procrastinate.App, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        retry = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=5)
        self._apply = jobs.task(name=APPLY, retry=retry)(self._run_apply)

    def defer_apply(self, session: Session, actor: Actor, plan_id: UUID) -> None:
        defer(session, self._apply, plan_id=str(plan_id), actor=actor.as_json())

    def _run_apply(self, plan_id: str, actor: dict[str, Any]) -> None:
        who = Actor.of_json(actor, *CHECKED)
        try:
            with self._database.transaction() as session:
                outcome = apply_plan(session, who, UUID(plan_id), now=self._clock())
        except DomainError as error:  # asked for twice, given up, or no longer possible
            log.info("plan not applied", plan=plan_id, code=error.code)
            with self._database.transaction() as session:
                fail_plan(session, UUID(plan_id), error)
        else:
            log.info("plan looked at", plan=plan_id, applied=outcome.applied)

    def mend(self) -> None:
        """Plans whose job is no more say so, instead of waiting for ever."""
        with self._database.transaction() as session:
            for plan_id in mend_plans(session):
                log.warning("plan has no job", plan=str(plan_id))
