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

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mail_admin.reminders.models import FAILED, Notice, NoticeKind, NoticeState

LOST_AFTER = timedelta(hours=1)
GIVEN_UP_FOR_DEAD = 2
"""So often a mail to an address has to come back undelivered, lately, for it to count as dead."""
LATELY = timedelta(days=90)
LANES = {
    NoticeKind.NEVER_ACTIVATED: "person",
    NoticeKind.DORMANT: "person",
}
"""Kinds that share a pace; the others have one of their own."""


def hash_of(address: str) -> bytes:
    return hashlib.sha256(address.lower().encode()).digest()


@dataclass(frozen=True, slots=True)
class DeadAddresses:
    """Where mail about somebody or something has failed, so that it is sent another way."""

    found: frozenset[tuple[UUID, bytes]] = frozenset()

    def has(self, subject_id: UUID, address: str) -> bool:
        return (subject_id, hash_of(address)) in self.found


def dead_addresses(session: Session, today: date, subject_id: UUID | None = None) -> DeadAddresses:
    """Refused for good, or given up more than once; of everybody unless a subject is named."""
    given_up = (Notice.state == NoticeState.UNDELIVERED) & (Notice.day > today - LATELY)
    statement = (
        select(Notice.subject_id, Notice.address_hash)
        .where(Notice.state.in_(FAILED), Notice.address_hash.is_not(None))
        .group_by(Notice.subject_id, Notice.address_hash)
        .having(
            or_(
                func.bool_or(Notice.state == NoticeState.REFUSED),
                func.count().filter(given_up) >= GIVEN_UP_FOR_DEAD,
            )
        )
    )
    if subject_id is not None:
        statement = statement.where(Notice.subject_id == subject_id)
    found = session.execute(statement)
    return DeadAddresses(frozenset((subject, address or b"") for subject, address in found))


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
    return not session.scalar(select(taken)) and not _goes_nowhere(session, claim)


def take(session: Session, claim: Claim, now: datetime) -> UUID | None:
    """The id of the notice that the caller now has to send; None when there is nothing to send.

    Nothing is: because of the pace, because somebody else has it, or because mail to this address
    has failed for good.
    """
    if _goes_nowhere(session, claim):
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


def _goes_nowhere(session: Session, claim: Claim) -> bool:
    dead = dead_addresses(session, claim.day, claim.subject_id)
    return dead.has(claim.subject_id, claim.address)


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
    """Unless it came back already, before the answer of the server was noted."""
    session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.state == NoticeState.CLAIMED)
        .values(state=state, settled_at=now)
    )


def come_back(
    session: Session, notice_id: UUID, failure: str, now: datetime, *, for_good: bool
) -> bool:
    """A mail of ours was not delivered after all. False when that changes nothing."""
    state = NoticeState.REFUSED if for_good else NoticeState.UNDELIVERED
    open_states = [NoticeState.CLAIMED, NoticeState.SENT]
    if for_good:
        open_states.append(NoticeState.UNDELIVERED)
    changed = session.scalar(
        update(Notice)
        .where(Notice.id == notice_id, Notice.state.in_(open_states))
        .values(state=state, settled_at=now, failure=failure)
        .returning(Notice.id)
    )
    return changed is not None


def give_back(session: Session, notice_id: UUID) -> None:
    """It was not sent, and nothing is wrong with it: the next run may."""
    session.execute(
        delete(Notice).where(Notice.id == notice_id, Notice.state == NoticeState.CLAIMED)
    )
