"""Plans for many accounts, or to move people: made, shown, undone by another plan.

`confirmation` goes on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.bulk.audit_tags import BulkAuditTag
from identity.bulk.errors import BulkPlanLasting, BulkPlanNotFound, BulkSelectionEmpty
from identity.bulk.models import UNDONE_BY, BulkAction, BulkPlan, BulkRow, BulkStatus, Verdict
from identity.bulk.moving import destination_of, done_by
from identity.bulk.planning import Assessed, Wanted, assess
from identity.people.models import Person
from identity.people.moves import Destination, check_destination
from kernel import audit
from kernel.access import Actor, Permission
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import copy_rows, is_among

COLUMNS = (
    "plan_id",
    "position",
    "account_id",
    "verdict",
    "code",
    "quota_before",
    "quota_after",
    "appointment_before",
    "ended_before",
    "appointment_after",
    "person_id",
)
MOVES = frozenset({BulkAction.MOVE, BulkAction.MOVE_BACK})


def get_plan(session: Session, plan_id: UUID) -> BulkPlan:
    """Raises BulkPlanNotFound."""
    plan = session.get(BulkPlan, plan_id, populate_existing=True)
    if plan is None:
        raise BulkPlanNotFound(str(plan_id))
    if not plan.totals:  # made by a release that did not keep them
        statement = select(BulkRow.verdict).where(BulkRow.plan_id == plan_id)
        plan.totals = _totals(session.scalars(statement))
    return plan


def _totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    return dict(Counter(verdict.value for verdict in verdicts))


def make_plan(
    session: Session,
    actor: Actor,
    action: BulkAction,
    account_ids: Sequence[UUID],
    *,
    person_ids: Sequence[UUID] = (),
    quota_bytes: int | None = None,
    to: Destination | None = None,
    now: datetime,
    basis: Basis,
    plan_id: UUID | None = None,
) -> BulkPlan:
    """`to` and `person_ids` go with the action MOVE: it takes in people who have no account.

    `plan_id`: the one to get.

    Raises BulkSelectionEmpty, PermissionMissing, OrganisationNotFound, OrganisationClosed.
    """
    plan = _new(actor, action, plan_id, now=now, basis=basis)
    plan.quota_bytes = quota_bytes
    if to is not None:
        check_destination(session, to)
        plan.organisation_id, plan.position, plan.moves_on = to.organisation_id, to.position, to.day
    wanted = [Wanted(account_id, quota_bytes, to=to) for account_id in account_ids]
    if to is not None and person_ids:
        wanted += _of_people(session, person_ids, to)
    return _store(session, actor, plan, wanted, now)


def _of_people(session: Session, person_ids: Sequence[UUID], to: Destination) -> Iterator[Wanted]:
    """By their accounts where they have one, so that nobody is in a plan twice."""
    statement = (
        select(Person.id, Account.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(is_among(Person.id, person_ids))
    )
    for person_id, account_id in session.execute(statement):
        yield Wanted(account_id, to=to, person_id=None if account_id else person_id)


def plan_to_undo(
    session: Session,
    actor: Actor,
    plan_id: UUID,
    *,
    now: datetime,
    basis: Basis,
    new_id: UUID | None = None,
) -> BulkPlan:
    """Of what an applied plan did; `new_id`: the one to get.

    Raises BulkPlanNotFound, BulkPlanLasting, BulkSelectionEmpty, PermissionMissing.
    """
    done = get_plan(session, plan_id)
    if done.status is not BulkStatus.APPLIED or done.action not in UNDONE_BY:
        raise BulkPlanLasting
    plan = _new(actor, UNDONE_BY[done.action], new_id, now=now, basis=basis)
    plan.undoes = done.id
    return _store(session, actor, plan, _wanted_to_undo(session, done), now)


def _wanted_to_undo(session: Session, done: BulkPlan) -> list[Wanted]:
    if done.action is BulkAction.MOVE:
        return [
            Wanted(account_id, taking_back=one, person_id=person_id)
            for account_id, person_id, one in done_by(session, done.id)
        ]
    statement = select(BulkRow.account_id, BulkRow.quota_before, BulkRow.quota_after).where(
        BulkRow.plan_id == done.id, BulkRow.verdict == Verdict.DO
    )
    rows = session.execute(statement).all()
    if done.action is BulkAction.QUOTA:
        return [Wanted(account_id, before, after) for account_id, before, after in rows]
    return [Wanted(account_id) for account_id, _, _ in rows]


def wanted_again(session: Session, plan: BulkPlan, shown: Sequence[Assessed]) -> list[Wanted]:
    """What the rows of a plan were made from."""
    if plan.undoes is not None:
        return _wanted_to_undo(session, get_plan(session, plan.undoes))
    to = destination_of(plan) if plan.action is BulkAction.MOVE else None
    return [
        Wanted(row.account_id, plan.quota_bytes, to=to, person_id=row.person_id) for row in shown
    ]


def require_rights(actor: Actor, action: BulkAction) -> None:
    """Raises PermissionMissing."""
    actor.require(Permission.MANAGE_ACCOUNTS)
    if action in MOVES:
        actor.require(Permission.MANAGE_PEOPLE)


def _new(
    actor: Actor,
    action: BulkAction,
    plan_id: UUID | None = None,
    *,
    now: datetime,
    basis: Basis,
) -> BulkPlan:
    require_rights(actor, action)
    return BulkPlan(
        id=plan_id or uuid4(),
        action=action,
        status=BulkStatus.PLANNED,
        made_at=now,
        made_by=actor.label,
        maker_id=actor.id,
        reason=basis.reason,
        document_number=basis.document_number,
        document_date=basis.document_date,
    )


def _store(
    session: Session, actor: Actor, plan: BulkPlan, wanted: Sequence[Wanted], now: datetime
) -> BulkPlan:
    day = office_day(now)
    found = assess(session, plan.action, wanted, actor=actor, maker_id=plan.maker_id, day=day)
    if not found:
        raise BulkSelectionEmpty
    session.add(plan)
    session.flush()
    write_rows(session, plan, found)
    more = {"undoes": str(plan.undoes)} if plan.undoes is not None else {}
    record_step(session, actor, BulkAuditTag.MADE, plan, **more)
    return plan


def record_step(
    session: Session,
    actor: Actor,
    tag: BulkAuditTag,
    plan: BulkPlan,
    **more: str,
) -> None:
    """What became of a plan, with its basis, and how many it is about."""
    counts = {verdict.value: count for verdict, count in plan.counts.items()}
    action = plan.action.value
    audit.record(session, actor, tag, plan.id, plan.basis, action=action, counts=counts, **more)


def write_rows(session: Session, plan: BulkPlan, found: Sequence[Assessed]) -> None:
    """In place of whatever there was."""
    plan.totals = _totals(one.verdict for one in found)
    rows = (
        (
            plan.id,
            position,
            one.account_id,
            one.verdict.value,
            one.code,
            one.quota_before,
            one.quota_after,
            one.appointment_before,
            one.ended_before,
            one.appointment_after,
            one.person_id,
        )
        for position, one in enumerate(found)
    )
    copy_rows(session, BulkRow.__tablename__, COLUMNS, rows)


def rows_of(session: Session, plan_id: UUID) -> list[Assessed]:
    statement = (
        select(
            BulkRow.account_id,
            BulkRow.verdict,
            BulkRow.code,
            BulkRow.quota_before,
            BulkRow.quota_after,
            BulkRow.appointment_before,
            BulkRow.ended_before,
            BulkRow.appointment_after,
            BulkRow.person_id,
        )
        .where(BulkRow.plan_id == plan_id)
        .order_by(BulkRow.position)
    )
    return [Assessed(*row) for row in session.execute(statement)]
