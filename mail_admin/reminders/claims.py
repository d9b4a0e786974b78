"""Who sends a mail, so that two workers or a second run never send it twice.

A mail is claimed in a transaction of its own before it is handed to the mail server, and settled
afterwards. A crash in between leaves the claim; after an hour it is taken up again. So every mail
is sent once, or once more when the crash fell between the server's answer and our note of it; it
then has the same Message-ID.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Exists, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mail_admin.reminders.models import Notice, NoticeKind, NoticeState

LOST_AFTER = timedelta(hours=1)
LANES = {
    NoticeKind.NEVER_ACTIVATED: "person",
    NoticeKind.DORMANT: "person",
}
"""Kinds that share a pace; the others have one of their own."""


def hash_of(address: str) -> bytes:
    return hashlib.sha256(address.lower().encode()).digest()


@dataclass(frozen=True, slots=True)
class Claim:
    kind: NoticeKind
    subject_id: UUID
    address: str
    day: date
    pace_days: int
    """0 for what comes as often as it happens; then `id` keeps it from being sent twice."""
    id: UUID = field(default_factory=uuid4, compare=False)

    @property
    def lane(self) -> str:
        return LANES.get(self.kind, self.kind.value)

    @property
    def address_hash(self) -> bytes:
        return hash_of(self.address)


def is_due(session: Session, claim: Claim, now: datetime) -> bool:
    """Whether claiming it would succeed now: for a dry run."""
    taken = exists().where(
        Notice.lane == claim.lane,
        Notice.subject_id == claim.subject_id,
        Notice.next_day > claim.day,
        (Notice.state != NoticeState.CLAIMED) | (Notice.claimed_at > now - LOST_AFTER),
    )
    return not session.scalar(select(taken | _refused(claim)))


def take(session: Session, claim: Claim, now: datetime) -> UUID | None:
    """The id of the notice that the caller now has to send; None when there is nothing to send.

    Nothing is: because of the pace, because somebody else has it, or because a server refused
    this address for good before.
    """
    if session.scalar(select(_refused(claim))):
        return None
    statement = (
        insert(Notice)
        .values(
            id=claim.id,
            kind=claim.kind,
            lane=claim.lane,
            subject_id=claim.subject_id,
            day=claim.day,
            next_day=claim.day + timedelta(days=claim.pace_days),
            state=NoticeState.CLAIMED,
            claimed_at=now,
            address_hash=claim.address_hash,
        )
        .on_conflict_do_nothing()
        .returning(Notice.id)
    )
    return session.scalar(statement) or _take_lost(session, claim, now)


def _refused(claim: Claim) -> Exists:
    return exists().where(
        Notice.subject_id == claim.subject_id,
        Notice.state == NoticeState.REFUSED,
        Notice.address_hash == claim.address_hash,
    )


def _take_lost(session: Session, claim: Claim, now: datetime) -> UUID | None:
    statement = (
        update(Notice)
        .where(
            Notice.lane == claim.lane,
            Notice.subject_id == claim.subject_id,
            Notice.state == NoticeState.CLAIMED,
            Notice.claimed_at <= now - LOST_AFTER,
        )
        .values(claimed_at=now, address_hash=claim.address_hash)
        .returning(Notice.id)
    )
    return session.scalar(statement)


def settle(session: Session, notice_id: UUID, state: NoticeState, now: datetime) -> None:
    session.execute(
        update(Notice).where(Notice.id == notice_id).values(state=state, settled_at=now)
    )


def give_back(session: Session, notice_id: UUID) -> None:
    """It was not sent, and nothing is wrong with it: the next run may."""
    session.execute(
        delete(Notice).where(Notice.id == notice_id, Notice.state == NoticeState.CLAIMED)
    )
