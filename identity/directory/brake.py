"""The mass-change brake: too many accounts to lock or remove at once wait for a person's word.

A mistaken import or a source that answers with half of its rows would otherwise take the mail
of thousands away within seconds. Additions and corrections go on meanwhile.
"""

import enum
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from identity.directory.backlog import HELD
from identity.directory.brake_settings import BrakeSettings
from identity.directory.models import BrakeStop
from kernel import audit
from kernel.access import Actor, Permission
from kernel.audit import Basis
from kernel.errors import Conflict, NotFound


class BrakeTag(enum.StrEnum):
    RELEASED = "directory-brake:released"


class BrakeStopNotFound(NotFound):
    code = "brake-stop-not-found"

    def __init__(self) -> None:
        super().__init__("Không có lần dừng nào như vậy.", "There is no such stop of the brake.")


class BrakeAlreadyReleased(Conflict):
    code = "brake-already-released"

    def __init__(self) -> None:
        super().__init__("Lần dừng này đã được cho phép.", "This stop has been released already.")


@dataclass(frozen=True, slots=True)
class Held:
    """What waits, and why. Shown to the person who decides."""

    to_lock: int
    to_remove: int
    accounts: int
    most_accounts: int
    most_percent: float


COUNTS = text(f"""
    SELECT count(*) FILTER (WHERE {HELD} AND status = 'suspended'
            AND revision <> projected_revision AND status_changed_at > :since),
        count(*) FILTER (WHERE {HELD} AND status = 'closed'
            AND revision <> projected_revision AND status_changed_at > :since),
        count(projected_dn)
    FROM identity_account
""")


def released_until(session: Session) -> datetime:
    """Locks and removals asked for up to this moment may go."""
    latest = select(BrakeStop.released_at).order_by(BrakeStop.released_at.desc().nulls_last())
    released_at: datetime | None = session.scalar(latest.limit(1))
    return released_at or datetime.min.replace(tzinfo=UTC)


def check_brake(session: Session, settings: BrakeSettings, now: datetime) -> Held | None:
    """What must wait; None when the run may do everything. Keeps one open stop at most."""
    to_lock, to_remove, accounts = session.execute(COUNTS, {"since": released_until(session)}).one()
    many = to_lock + to_remove
    share = 100 * many / accounts if accounts else 0.0
    too_many = many > settings.most_accounts or share > settings.most_percent
    stop = session.scalar(select(BrakeStop).where(BrakeStop.released_at.is_(None)))
    if many <= settings.always_allowed or not too_many:
        if stop is not None:
            session.delete(stop)  # what waited was taken back: nothing is left to decide
        return None
    held = Held(to_lock, to_remove, accounts, settings.most_accounts, settings.most_percent)
    if stop is None:
        session.add(BrakeStop(stopped_at=now, held=asdict(held)))
    else:
        stop.held = asdict(held)
    return held


def release_brake(
    session: Session, actor: Actor, stop_id: UUID, basis: Basis, now: datetime
) -> BrakeStop:
    """Let what waits go. What is asked for after this moment is counted anew.

    Raises BrakeStopNotFound, BrakeAlreadyReleased, PermissionMissing.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    stop = session.get(BrakeStop, stop_id, with_for_update=True)
    if stop is None:
        raise BrakeStopNotFound
    if stop.released_at is not None:
        raise BrakeAlreadyReleased
    stop.released_at, stop.released_by = now, actor.label
    audit.record(session, actor, BrakeTag.RELEASED, stop.id, basis, **stop.held)
    return stop


def list_open_stops(session: Session) -> list[BrakeStop]:
    return list(session.scalars(select(BrakeStop).where(BrakeStop.released_at.is_(None))))
