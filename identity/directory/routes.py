from uuid import UUID

from fastapi import APIRouter

from identity.directory import brake
from identity.directory.pending import count_pending, refusals
from identity.directory.schemas import DirectoryStatus, StopOut
from kernel.http import BasisForm, Db, ManagesDirectory, Now, ReadsDirectory, problems

router = APIRouter(prefix="/directory", tags=["directory"])


@router.get("/status")
def get_status(db: Db, _: ReadsDirectory) -> DirectoryStatus:
    """What waits, what was refused and what the mass-change brake holds back."""
    with db.transaction() as session:
        return DirectoryStatus(
            pending=count_pending(session),
            refused=refusals(session),
            stops=[StopOut.model_validate(stop) for stop in brake.list_open_stops(session)],
        )


@router.post(
    "/stops/{stop_id}/release",
    responses=problems(brake.BrakeStopNotFound, brake.BrakeAlreadyReleased),
)
def release(stop_id: UUID, form: BasisForm, actor: ManagesDirectory, db: Db, now: Now) -> StopOut:
    """Let what the mass-change brake holds back go."""
    with db.transaction() as session:
        stop = brake.release_brake(session, actor, stop_id, form.to_basis(), now)
        return StopOut.model_validate(stop)
