"""Registered absences: their days do not count as service of a mailbox."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.people import queries
from identity.people.errors import LeaveNotFound, LeavePeriodInvalid
from identity.people.models import Leave, LeaveKind
from identity.people.periods import periods_apart
from identity.people.service import PersonAuditTag
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis


@dataclass(frozen=True, slots=True)
class LeaveForm:
    kind: LeaveKind
    valid_from: date
    valid_to: date | None = None
    """The first day back at work; None when nobody knows it yet."""


def register_leave(
    session: Session,
    actor: Actor,
    person_id: UUID,
    form: LeaveForm,
    *,
    basis: Basis,
    leave_id: UUID | None = None,
) -> Leave:
    """`leave_id`: the one to get. Raises PersonNotFound, LeavePeriodInvalid."""
    queries.get_person_for_update(session, person_id)
    leave = Leave(
        id=leave_id or uuid4(),
        person_id=person_id,
        kind=form.kind,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        document_number=basis.document_number,
        document_date=basis.document_date,
    )
    session.add(leave)
    with periods_apart(LeavePeriodInvalid):
        session.flush()
    audit.record(
        session,
        actor,
        PersonAuditTag.LEAVE_REGISTERED,
        person_id,
        basis,
        leave=str(leave.id),
        kind=form.kind.value,
        valid_from=form.valid_from.isoformat(),
        valid_to=form.valid_to and form.valid_to.isoformat(),
    )
    return leave


def end_leave(session: Session, actor: Actor, leave_id: UUID, *, on: date, basis: Basis) -> Leave:
    """Back at work on `on`, sooner or later than was registered.

    Raises LeaveNotFound, LeavePeriodInvalid.
    """
    leave = session.get(Leave, leave_id, with_for_update=True)
    if leave is None:
        raise LeaveNotFound
    leave.valid_to = on
    with periods_apart(LeavePeriodInvalid):
        session.flush()
    audit.record(
        session,
        actor,
        PersonAuditTag.LEAVE_ENDED,
        leave.person_id,
        basis,
        leave=str(leave_id),
        on=on.isoformat(),
    )
    return leave


def list_leaves(session: Session, person_id: UUID) -> list[Leave]:
    """Past and present, the latest first. Raises PersonNotFound."""
    queries.get_person(session, person_id)
    statement = select(Leave).where(Leave.person_id == person_id).order_by(Leave.valid_from.desc())
    return list(session.scalars(statement))
