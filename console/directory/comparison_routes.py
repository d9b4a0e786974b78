"""Comparing the directory with the registry at the console, and having entries written again."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, DirectoryDesk
from console.directory import watching
from console.directory.words import KINDS, PAGES, failure_in_words
from console.pages import pages
from console.session.access import ManagesDirectory, ReadsDirectory
from identity.directory import comparisons
from identity.directory.comparison import REPAIRABLE, DriftKind
from identity.directory.comparison_models import DirectoryComparison, DirectoryDifference
from identity.directory.jobs import DirectoryJobs
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.messages import Message
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/thu-muc/doi-chieu"
PAGE = 100
FAR = 10**9
Entry = Annotated[int | None, Query(ge=0, le=FAR)]
CONFIRM = Message(
    "Hãy gõ đúng số mục sẽ được ghi lại.", "Type the number of entries that will be written again."
)


@router.post(PATH, dependencies=OURS_ONLY)
def start(request: Request, caller: ManagesDirectory, db: Db, now: Now) -> Response:
    """To the one that is under way, if there is one."""
    jobs: DirectoryJobs = request.app.state.directory_jobs
    with db.transaction() as session:
        comparison = comparisons.ask_comparison(session, caller.actor, jobs.defer_comparison, now)
    return go(f"{PATH}/{comparison.id}")


@router.get(f"{PATH}/{{comparison_id}}")
def show(  # what FastAPI hands over
    request: Request,
    caller: ReadsDirectory,
    db: Db,
    now: Now,
    comparison_id: UUID,
    kind: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[int, Query(ge=-1, le=FAR)] = -1,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    only = DriftKind(kind) if kind in set(DriftKind) else None
    with db.transaction() as session:
        comparison = comparisons.get_comparison(session, comparison_id)
        standing = watching.watched(session, comparison, now)
        found = comparisons.count_differences(session, comparison_id)
        rows = comparisons.list_differences(
            session, comparison_id, kind=only, after=after, limit=PAGE + 1
        )
    if not standing.is_live and request.headers.get("hx-target") == "standing":
        return Response(headers={"HX-Refresh": "true"})  # the whole page has changed
    return pages.show(
        request,
        "directory/comparison.html",
        caller,
        now,
        part="standing",
        address=f"{PATH}/{comparison_id}",
        comparison=comparison,
        schedule=comparisons.SCHEDULE,
        standing=standing,
        found=found,
        total=sum(one.count for one in found.values()),
        to_repair=sum(one.count - one.asked for kind, one in found.items() if kind in REPAIRABLE),
        rows=rows[:PAGE],
        more=rows[PAGE - 1].position if len(rows) > PAGE else None,
        after=after,
        only=only,
        kinds=KINDS,
        repairable=REPAIRABLE,
        addresses=PAGES,
        failure_in_words=failure_in_words,
        may_manage=caller.may(Permission.MANAGE_DIRECTORY),
        done=done,
    )


@router.get(f"{PATH}/{{comparison_id}}/sua")
def ask_to_repair(desk: DirectoryDesk, comparison_id: UUID, entry: Entry = None) -> Response:
    """All that can be mended, or the one entry."""
    with desk.db.transaction() as session:
        comparison, wanted = _wanted(session, comparison_id, entry)
    return _form(desk, comparison, wanted, entry)


@router.post(f"{PATH}/{{comparison_id}}/sua", dependencies=OURS_ONLY)
def repair(
    desk: DirectoryDesk,
    comparison_id: UUID,
    typed: BasisOfForm,
    entry: Entry = None,
    confirmation: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    with desk.db.transaction() as session:
        comparison, wanted = _wanted(session, comparison_id, entry)
    faults = typed.faults
    if entry is None and confirmation.strip() != str(len(wanted)):
        faults.append(Fault(CONFIRM, "confirmation"))

    def write(session: Session) -> None:
        again = comparisons.to_repair(session, comparison_id, entry)
        comparisons.repair(session, desk.actor, again, typed.given(), desk.now)

    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}/{comparison_id}?done=repaired")
    return _form(desk, comparison, wanted, entry, typed=typed, faults=faults)


def _wanted(
    session: Session, comparison_id: UUID, entry: int | None
) -> tuple[DirectoryComparison, list[DirectoryDifference]]:
    """Raises ComparisonNotFound, NothingToRepair."""
    comparison = comparisons.get_comparison(session, comparison_id)
    wanted = comparisons.to_repair(session, comparison_id, entry)
    if not wanted:
        raise comparisons.NothingToRepair
    return comparison, wanted


def _form(
    desk: Desk,
    comparison: DirectoryComparison,
    wanted: Sequence[DirectoryDifference],
    entry: int | None,
    *,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "directory/repair.html",
        faults=faults,
        comparison=comparison,
        one=wanted[0] if entry is not None else None,
        many=len(wanted),
        kinds=KINDS,
        typed=typed,
    )
