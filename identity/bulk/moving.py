"""What a move would do to each person, with an account or without, and taking it back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from identity.bulk.models import BulkPlan, BulkRow, Verdict
from identity.people.models import Appointment
from identity.people.moves import Destination
from kernel.database import is_among

Found = tuple[Verdict, str | None]


@dataclass(frozen=True, slots=True)
class Post:
    """A primary appointment."""

    id: UUID
    organisation_id: UUID
    position: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class TakingBack:
    """What a plan did to one person."""

    before: UUID | None
    ended_before: date | None
    after: UUID


def destination_of(plan: BulkPlan) -> Destination:
    """Of a plan that moves people."""
    assert plan.organisation_id is not None  # noqa: S101  # such plans are made with both
    assert plan.moves_on is not None  # noqa: S101
    return Destination(plan.organisation_id, plan.moves_on, plan.position)


def done_by(session: Session, plan_id: UUID) -> list[tuple[UUID | None, UUID | None, TakingBack]]:
    """Account, or person without one, and what an applied plan did to them."""
    statement = select(
        BulkRow.account_id,
        BulkRow.person_id,
        BulkRow.appointment_before,
        BulkRow.ended_before,
        BulkRow.appointment_after,
    ).where(BulkRow.plan_id == plan_id, BulkRow.verdict == Verdict.DO)
    return [
        (account_id, person_id, TakingBack(before, ended_before, after))
        for account_id, person_id, before, ended_before, after in session.execute(statement)
        if after is not None
    ]


def primary_posts(
    session: Session, whose: ColumnElement[bool], day: date
) -> dict[UUID, list[Post]]:
    """Person to the primary appointments that last beyond a day, in their order.

    `whose` is a condition on the persons of appointments.
    """
    statement = (
        select(
            Appointment.person_id,
            Appointment.id,
            Appointment.organisation_id,
            Appointment.position,
            Appointment.valid_from,
            Appointment.valid_to,
        )
        .where(
            Appointment.is_primary,
            whose,
            Appointment.valid_to.is_(None)
            | ((Appointment.valid_to > day) & (Appointment.valid_to > Appointment.valid_from)),
        )
        .order_by(Appointment.person_id, Appointment.valid_from)
    )
    found: dict[UUID, list[Post]] = {}
    for row in session.execute(statement):
        found.setdefault(row[0], []).append(Post(*row[1:]))
    return found


def former_of(posts: Sequence[Post], day: date) -> Post | None:
    """What ends when somebody moves on a day."""
    return next((post for post in posts if post.valid_from <= day), None)


def assess_move(posts: Sequence[Post], to: Destination) -> Found:
    if any(post.valid_from > to.day for post in posts):
        return Verdict.REFUSED, "later-appointment"
    post = former_of(posts, to.day)
    if (
        post is not None
        and post.organisation_id == to.organisation_id
        and to.position in {None, post.position}
    ):
        return Verdict.NOTHING, "already-there"
    return Verdict.DO, None


def posts_by_id(session: Session, taking: Collection[TakingBack]) -> dict[UUID, Post]:
    ids = {one.after for one in taking} | {one.before for one in taking if one.before}
    columns = (
        Appointment.id,
        Appointment.organisation_id,
        Appointment.position,
        Appointment.valid_from,
        Appointment.valid_to,
    )
    rows = session.execute(select(*columns).where(is_among(Appointment.id, ids)))
    return {row[0]: Post(*row) for row in rows}


def assess_move_back(taking: TakingBack, posts: Mapping[UUID, Post]) -> Found:
    """Only where nothing has come after it: else a history that others wrote would be cut."""
    begun = posts.get(taking.after)
    former = posts.get(taking.before) if taking.before else None
    untouched = (
        begun is not None
        and begun.valid_to is None
        and (former is None or former.valid_to == begun.valid_from)
    )
    return (Verdict.DO, None) if untouched else (Verdict.REFUSED, "moved-since")
