"""What the worker does at the console: its tasks, and the jobs that failed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import procrastinate
from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, OperationsDesk
from console.jobs import words
from console.pages import pages
from console.session.access import ReadsOperations
from kernel import job_list, jobs
from kernel.access import Actor, Permission
from kernel.audit import Basis
from kernel.http import Db, Now
from kernel.job_list import JobNotFound, StoppedJob, TaskState
from kernel.jobs import JobStanding
from kernel.messages import Message
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/cong-viec-nen"
SHOWN = 100
JobId = Annotated[int, Path(ge=1, lt=2**63)]
Action = Literal["retry", "remove"]
Change = Callable[[Session, Actor, int, Basis], None]
DONE: dict[Action, str] = {"retry": "retried", "remove": "removed"}


@dataclass(frozen=True, slots=True)
class ShownTask:
    code: str
    schedule: Message
    state: TaskState


@router.get(PATH)
def show_jobs(
    request: Request, caller: ReadsOperations, db: Db, now: Now, done: str = ""
) -> Response:
    registered: procrastinate.App = request.app.state.tasks
    with db.transaction() as session:
        alive = jobs.seconds_since_sign_of_life(session)
        counts = jobs.count_jobs(session)
        stopped = job_list.list_stopped(session, SHOWN)
        states = job_list.task_states(session)
    return pages.show(
        request,
        "jobs/list.html",
        caller,
        now,
        alive=alive,
        is_alive=alive is not None and alive <= jobs.SILENT_SECONDS,
        counts=counts,
        stopped=stopped,
        stopped_count=counts[JobStanding.FAILED] + counts[JobStanding.INTERRUPTED],
        tasks=_tasks(registered, states),
        of_jobs=words,
        may_be_retried=may_be_retried,
        may_manage=caller.may(Permission.MANAGE_OPERATIONS),
        done=done,
    )


def _tasks(registered: procrastinate.App, states: dict[str, TaskState]) -> list[ShownTask]:
    """Those that this version knows and those that any version has left behind, by name."""
    periodic = registered.periodic_registry.periodic_tasks.values()
    crons = {one.task.name: one.cron for one in periodic}
    names = jobs.own_tasks(registered) | set(states)
    return [
        ShownTask(
            name,
            words.schedule_in_words(crons.get(name)),
            states.get(name, TaskState()),
        )
        for name in sorted(names)
    ]


@router.get(f"{PATH}/{{job_id}}/chay-lai")
def ask_to_retry(desk: OperationsDesk, job_id: JobId) -> Response:
    return _form(desk, _job(desk, job_id, to_retry=True), "retry")


@router.post(f"{PATH}/{{job_id}}/chay-lai", dependencies=OURS_ONLY)
def retry(desk: OperationsDesk, job_id: JobId, typed: BasisOfForm) -> Response:
    return _done(desk, _job(desk, job_id, to_retry=True), "retry", job_list.retry_job, typed)


@router.get(f"{PATH}/{{job_id}}/bo")
def ask_to_remove(desk: OperationsDesk, job_id: JobId) -> Response:
    return _form(desk, _job(desk, job_id), "remove")


@router.post(f"{PATH}/{{job_id}}/bo", dependencies=OURS_ONLY)
def remove(desk: OperationsDesk, job_id: JobId, typed: BasisOfForm) -> Response:
    return _done(desk, _job(desk, job_id), "remove", job_list.remove_job, typed)


def _job(desk: Desk, job_id: int, *, to_retry: bool = False) -> StoppedJob:
    """Raises JobNotFound, JobNotStopped; also where running it again would surprise people."""
    with desk.db.transaction() as session:
        job = job_list.get_stopped(session, job_id)
    if to_retry and not may_be_retried(job):
        raise JobNotFound
    return job


def may_be_retried(job: StoppedJob) -> bool:
    return job.task in words.TASKS and words.TASKS[job.task].may_be_retried


def _done(
    desk: Desk, job: StoppedJob, action: Action, change: Change, typed: TypedBasis
) -> Response:
    def write(session: Session) -> None:
        change(session, desk.actor, job.id, typed.given())

    faults = typed.faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}?done={DONE[action]}")
    return _form(desk, job, action, typed, faults)


def _form(
    desk: Desk,
    job: StoppedJob,
    action: Action,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "jobs/action.html", faults=faults, job=job, action=action, of_jobs=words, typed=typed
    )
