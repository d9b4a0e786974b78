"""Planning and applying in the worker, for files that arrive over HTTP."""

from typing import Any
from uuid import UUID

import procrastinate
import structlog
from sqlalchemy.orm import Session

from identity.hr_import import queries, service
from identity.hr_import.mending import APPLY, PLAN, mend_plans
from identity.hr_import.models import ImportPlan, PlanStatus
from identity.hr_import.progress import Told
from identity.hr_import.service import Importer
from kernel.access import Actor, Permission
from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import DomainError
from kernel.jobs import defer

log = structlog.get_logger("import")


class ImportJobs:
    """Registers the tasks; web processes defer them, worker processes run them."""

    def __init__(
        self, jobs: procrastinate.App, database: Database, importer: Importer, clock: Clock
    ) -> None:
        self._database = database
        self._importer = importer
        self._clock = clock
        retry = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=5)
        self._plan = jobs.task(name=PLAN, retry=retry)(self._run_plan)
        self._apply = jobs.task(name=APPLY, retry=retry)(self._run_apply)

        forget = jobs.task(name="import.forget", queueing_lock="import.forget", retry=retry)
        jobs.periodic(cron="35 17 * * *")(forget(self._run_forget))

    def defer_plan(self, session: Session, actor: Actor, plan_id: UUID) -> None:
        defer(session, self._plan, plan_id=str(plan_id), actor=actor.as_json())

    def defer_apply(self, session: Session, actor: Actor, plan: ImportPlan) -> None:
        defer(
            session,
            self._apply,
            plan_id=str(plan.id),
            actor=actor.as_json(),
            revision=plan.revision,
        )

    def _run_plan(self, plan_id: str, actor: dict[str, Any]) -> None:
        try:
            service.make_plan(
                self._database,
                self._importer,
                Actor.of_json(actor, Permission.IMPORT),
                UUID(plan_id),
                now=self._clock(),
                progress=Told(self._database, UUID(plan_id), self._clock),
            )
        except DomainError as error:  # stands in the plan itself, for whoever asks
            log.info("plan refused", plan=plan_id, code=error.code)

    def _run_apply(self, plan_id: str, actor: dict[str, Any], revision: int | None = None) -> None:
        """The route has asked about mass changes before."""
        try:
            service.apply_plan(
                self._database,
                self._importer,
                Actor.of_json(actor, Permission.IMPORT),
                UUID(plan_id),
                now=self._clock(),
                mass_change_confirmed=True,
                revision=revision,
                progress=Told(self._database, UUID(plan_id), self._clock),
            )
        except DomainError as error:
            log.info("plan not applied", plan=plan_id, code=error.code)
            with self._database.transaction() as session:
                plan = queries.get_plan(session, UUID(plan_id))
                if plan.status is PlanStatus.STALE or _is_still_asked(plan, revision):
                    plan.failure, plan.asked_at = error.as_json(), None

    def _run_forget(self, timestamp: int) -> None:
        with self._database.transaction() as session:
            count = service.forget_old_files(session, self._importer.settings, self._clock())
        log.info("old files forgotten", plans=count, timestamp=timestamp)

    def mend(self) -> None:
        """Plans whose job is no more say so, instead of waiting for ever."""
        with self._database.transaction() as session:
            for plan_id in mend_plans(session, self._clock()):
                log.warning("plan has no job", plan=str(plan_id))


def _is_still_asked(plan: ImportPlan, revision: int | None) -> bool:
    """Not applied, for it was asked for twice; nor planned again, for nobody waited any more."""
    return plan.status is PlanStatus.PLANNED and revision in {None, plan.revision}
