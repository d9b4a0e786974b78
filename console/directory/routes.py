"""The LDAP directory: what waits, what it refused, comparisons, and the mass-change brake."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, DirectoryDesk
from console.directory.words import PAGES, STANDINGS, TONES, reason_in_words
from console.pages import pages
from console.session.access import ReadsDirectory
from identity.directory import brake, comparisons
from identity.directory.comparison_models import ComparisonStanding, DirectoryComparison
from identity.directory.models import BrakeStop
from identity.directory.pending import count_pending, list_refused, refusals
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.messages import Message
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/thu-muc"
SHOWN = 200
LATEST = 3
CONFIRM = Message(
    "Hãy gõ đúng số tài khoản sẽ bị khóa hoặc xóa.",
    "Type the number of accounts that will be locked or removed.",
)


@router.get(PATH)
def show_directory(
    request: Request, caller: ReadsDirectory, db: Db, now: Now, done: str = ""
) -> Response:
    with db.transaction() as session:
        return pages.show(
            request,
            "directory/status.html",
            caller,
            now,
            pending=count_pending(session),
            refused=refusals(session),
            rows=list_refused(session, SHOWN),
            stops=brake.list_open_stops(session),
            compared=_latest(session),
            schedule=comparisons.SCHEDULE,
            standings=STANDINGS,
            tones=TONES,
            may_manage=caller.may(Permission.MANAGE_DIRECTORY),
            reason_in_words=reason_in_words,
            addresses=PAGES,
            done=done,
        )


@dataclass(frozen=True, slots=True)
class Compared:
    row: DirectoryComparison
    standing: ComparisonStanding
    differ: int


def _latest(session: Session) -> list[Compared]:
    found = comparisons.list_comparisons(session)[:LATEST]
    return [
        Compared(
            row,
            comparisons.standing_of(session, row),
            sum(one.count for one in comparisons.count_differences(session, row.id).values()),
        )
        for row in found
    ]


@router.get(f"{PATH}/dung/{{stop_id}}")
def ask_to_release(desk: DirectoryDesk, stop_id: UUID) -> Response:
    with desk.db.transaction() as session:
        stop = _open_stop(session, stop_id)
    return _release_page(desk, stop)


@router.post(f"{PATH}/dung/{{stop_id}}", dependencies=OURS_ONLY)
def release(
    desk: DirectoryDesk,
    stop_id: UUID,
    typed: BasisOfForm,
    confirmation: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """What is held is what was shown, or else the number is asked for again."""
    faults = typed.faults
    with desk.db.transaction() as session:
        stop = _open_stop(session, stop_id)
        if confirmation.strip() != str(_many(stop)):
            faults.append(Fault(CONFIRM, "confirmation"))
        if not faults:
            brake.release_brake(session, desk.actor, stop_id, typed.given(), desk.now)
    if not faults:
        return go(f"{PATH}?done=released")
    return _release_page(desk, stop, typed, faults)


def _open_stop(session: Session, stop_id: UUID) -> BrakeStop:
    """Raises BrakeStopNotFound, BrakeAlreadyReleased."""
    stop = session.get(BrakeStop, stop_id)
    if stop is None:
        raise brake.BrakeStopNotFound
    if stop.released_at is not None:
        raise brake.BrakeAlreadyReleased
    return stop


def _many(stop: BrakeStop) -> int:
    return int(stop.held["to_lock"]) + int(stop.held["to_remove"])


def _release_page(
    desk: Desk, stop: BrakeStop, typed: TypedBasis = NOTHING, faults: Sequence[Fault] = ()
) -> Response:
    return desk.show(
        "directory/release.html", faults=faults, stop=stop, many=_many(stop), typed=typed
    )
