"""What would happen to each account, and to each person without one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.bulk import one_of
from identity.accounts.models import Account, AccountKind, AccountStatus, Mailbox
from identity.bulk.models import WITH_LETTERS, BulkAction, Verdict
from identity.bulk.moving import (
    Found,
    Post,
    TakingBack,
    assess_move,
    assess_move_back,
    former_of,
    posts_by_id,
    primary_posts,
)
from identity.people.models import Appointment, Person
from identity.people.moves import Destination
from identity.protection.service import barred_accounts, last_administrators
from kernel.access import Actor
from kernel.database import is_among

OF_EVERYBODY = frozenset({BulkAction.QUOTA, BulkAction.MOVE, BulkAction.MOVE_BACK})
"""What may be done to holders of roles too: it opens and locks nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of one account, or of one person who has none: such people are moved and moved back."""

    account_id: UUID | None
    quota_bytes: int | None = None
    unless_quota_is_not: int | bool | None = False
    """Undoing a change of quota: what it was changed to; False where anything may be there."""
    to: Destination | None = None
    """Of the action MOVE."""
    taking_back: TakingBack | None = None
    """Of the action MOVE_BACK."""
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class State:
    kind: AccountKind
    status: AccountStatus
    must_change: bool
    has_mailbox: bool
    quota_bytes: int | None
    has_reader: bool
    person_id: UUID | None = None
    posts: Sequence[Post] = ()
    """Of the action MOVE: primary appointments that last beyond the day."""


@dataclass(frozen=True, slots=True)
class Assessed:
    account_id: UUID | None
    verdict: Verdict
    code: str | None
    quota_before: int | None = None
    quota_after: int | None = None
    appointment_before: UUID | None = None
    ended_before: date | None = None
    appointment_after: UUID | None = None
    person_id: UUID | None = None

    @property
    def subject_id(self) -> UUID | None:
        """Of the account, or of the person without one."""
        return self.account_id or self.person_id


def assess(
    session: Session,
    action: BulkAction,
    wanted: Sequence[Wanted],
    *,
    actor: Actor,
    maker_id: UUID | None,
    day: date,
) -> list[Assessed]:
    """In the order of logins, then of names; who is not there is left out.

    `actor` looks at the plan or applies it, which need not be who made it.
    """
    taking = [one.taking_back for one in wanted if one.taking_back is not None]
    known = posts_by_id(session, taking) if taking else {}
    by_id = {one.account_id: one for one in wanted if one.account_id is not None}
    states = _states(session, action, by_id, day)
    found = [_assess(action, by_id[key], state, maker_id, known) for key, state in states.items()]
    if action not in OF_EVERYBODY:
        found = _protected(session, actor, action, found)
    people = {one.person_id: one for one in wanted if one.person_id is not None}
    return [*found, *_assess_people(session, people, known)] if people else found


def _protected(
    session: Session, actor: Actor, action: BulkAction, found: Sequence[Assessed]
) -> list[Assessed]:
    """Holders of roles stay as they are, unless the actor may decide over them."""
    chosen = {one.account_id for one in found if one.verdict is Verdict.DO and one.account_id}
    codes = dict.fromkeys(barred_accounts(session, actor, chosen), "role-holder")
    if action is BulkAction.SUSPEND:
        going = chosen - codes.keys()
        codes |= dict.fromkeys(last_administrators(session, actor, going), "last-administrator")
    return [
        replace(one, verdict=Verdict.REFUSED, code=code)
        if one.account_id and (code := codes.get(one.account_id))
        else one
        for one in found
    ]


def _assess_people(
    session: Session, wanted: Mapping[UUID, Wanted], known: Mapping[UUID, Post]
) -> Iterator[Assessed]:
    """Of people without an account. Whether they have got one since makes no difference."""
    statement = select(Person.id).where(is_among(Person.id, wanted))
    to = next(iter(wanted.values())).to
    whose = is_among(Appointment.person_id, wanted)
    posts = primary_posts(session, whose, to.day) if to is not None else {}
    for person_id in session.scalars(statement.order_by(Person.sort_key, Person.id)):
        one, own = wanted[person_id], posts.get(person_id, ())
        if one.taking_back is not None:
            verdict, code = assess_move_back(one.taking_back, known)
        elif one.to is not None:
            verdict, code = assess_move(own, one.to)
        else:
            continue
        yield Assessed(None, verdict, code, None, None, *_posts(one, own), person_id)


def _assess(
    action: BulkAction,
    wanted: Wanted,
    state: State,
    maker_id: UUID | None,
    known: Mapping[UUID, Post],
) -> Assessed:
    verdict, code = _verdict(action, wanted, state, known)
    if wanted.account_id == maker_id and verdict is Verdict.DO and action is not BulkAction.QUOTA:
        verdict, code = Verdict.REFUSED, "own-account"
    if action is BulkAction.QUOTA:
        return Assessed(wanted.account_id, verdict, code, state.quota_bytes, wanted.quota_bytes)
    before, ended, after = _posts(wanted, state.posts)
    return Assessed(
        wanted.account_id,
        verdict,
        code,
        appointment_before=before,
        ended_before=ended,
        appointment_after=after,
    )


def _posts(wanted: Wanted, posts: Sequence[Post]) -> tuple[UUID | None, date | None, UUID | None]:
    if wanted.taking_back is not None:
        taking = wanted.taking_back
        return taking.before, taking.ended_before, taking.after
    former = former_of(posts, wanted.to.day) if wanted.to else None
    return (former.id, former.valid_to, None) if former else (None, None, None)


def _verdict(action: BulkAction, wanted: Wanted, state: State, known: Mapping[UUID, Post]) -> Found:
    if wanted.taking_back is not None:
        return assess_move_back(wanted.taking_back, known)
    if state.status is AccountStatus.CLOSED and action is not BulkAction.MOVE:
        return Verdict.REFUSED, "closed"
    return RULES[action](wanted, state)


DONE: Found = (Verdict.DO, None)


def _suspend(_: Wanted, state: State) -> Found:
    if state.status is AccountStatus.SUSPENDED:
        return Verdict.NOTHING, "already-suspended"
    return DONE


def _reinstate(_: Wanted, state: State) -> Found:
    return DONE if state.status is AccountStatus.SUSPENDED else (Verdict.NOTHING, "not-suspended")


def _demand_password(_: Wanted, state: State) -> Found:
    if state.kind is not AccountKind.PERSONAL:
        return Verdict.REFUSED, "not-a-person"
    if state.status is not AccountStatus.ACTIVE:
        return Verdict.REFUSED, "not-active"
    return (Verdict.NOTHING, "already-demanded") if state.must_change else DONE


def _quota(wanted: Wanted, state: State) -> Found:
    if not state.has_mailbox:
        return Verdict.REFUSED, "no-mailbox"
    if state.quota_bytes == wanted.quota_bytes:
        return Verdict.NOTHING, "same-quota"
    expected = wanted.unless_quota_is_not
    if expected is not False and state.quota_bytes != expected:
        return Verdict.REFUSED, "quota-changed-since"
    return DONE


def _letters(_: Wanted, state: State) -> Found:
    if state.status is not AccountStatus.PENDING:
        return Verdict.REFUSED, "not-pending"
    return DONE if state.has_reader else (Verdict.REFUSED, "no-reader")


def _reset(_: Wanted, state: State) -> Found:
    if state.status is not AccountStatus.ACTIVE:
        return Verdict.REFUSED, "not-active"
    if state.kind is AccountKind.SERVICE:
        return Verdict.REFUSED, "not-a-person"
    return DONE if state.has_reader else (Verdict.REFUSED, "no-reader")


def _move(wanted: Wanted, state: State) -> Found:
    if state.person_id is None or wanted.to is None:
        return Verdict.REFUSED, "not-a-person"
    return assess_move(state.posts, wanted.to)


RULES = {
    BulkAction.SUSPEND: _suspend,
    BulkAction.REINSTATE: _reinstate,
    BulkAction.DEMAND_PASSWORD: _demand_password,
    BulkAction.QUOTA: _quota,
    BulkAction.LETTERS: _letters,
    BulkAction.RESET: _reset,
    BulkAction.MOVE: _move,
}


def _states(
    session: Session, action: BulkAction, wanted: Mapping[UUID, Wanted], day: date
) -> Mapping[UUID, State]:
    statement = (
        select(
            Account.id,
            Account.kind,
            Account.status,
            Account.password_must_change,
            Mailbox.account_id.is_not(None),
            Mailbox.quota_bytes,
            Account.person_id,
        )
        .outerjoin(Mailbox, Mailbox.account_id == Account.id)
        .where(one_of(Account.id, wanted))
        .order_by(Account.login)
    )
    rows = session.execute(statement).all()
    placed = _placed(session, day) if action in WITH_LETTERS else set()
    to = next(iter(wanted.values())).to if wanted else None
    holders = select(Account.person_id).where(one_of(Account.id, wanted))
    whose = Appointment.person_id.in_(holders)
    posts = primary_posts(session, whose, to.day) if to is not None else {}
    found = {}
    for key, kind, status, must, box, quota, person_id in rows:
        reader = _has_reader(kind, person_id, placed)
        own = posts.get(person_id, ()) if person_id else ()
        found[key] = State(kind, status, must, box, quota, reader, person_id, own)
    return found


def _has_reader(kind: AccountKind, person_id: UUID | None, placed: set[UUID]) -> bool:
    return kind is AccountKind.ORGANISATION or person_id in placed


def _placed(session: Session, day: date) -> set[UUID]:
    """Who has a present or coming primary appointment, as the letters ask."""
    statement = select(Appointment.person_id).where(
        Appointment.is_primary,
        Appointment.valid_to.is_(None) | (Appointment.valid_to > day),
    )
    return set(session.scalars(statement))
