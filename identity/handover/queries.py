from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, Uuid, any_, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session, aliased

from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian
from identity.accounts.queries import custodians_in_force
from identity.handover.batch import Reader
from identity.organisations.models import Organisation
from identity.organisations.queries import subtree_ids
from identity.people.models import Appointment, Person


class HandedAccount(NamedTuple):
    account: Account
    organisation: Organisation
    """Which hands it over."""
    person: Person | None
    position: str | None


def list_accounts_for_update(
    session: Session, condition: ColumnElement[bool], day: date, status: AccountStatus
) -> list[HandedAccount]:
    """Accounts of a status, by organisation and then as on the list.

    The rows are locked: two hand-overs at once would leave two valid codes for one account.
    People without a present or coming appointment have nobody to hand them a letter.
    """
    post = aliased(Appointment, _next_primary_appointments(day))
    statement = (
        select(Account, Organisation, Person, post.position)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(post, post.person_id == Account.person_id)
        .join(
            Organisation,
            Organisation.id == func.coalesce(post.organisation_id, Account.organisation_id),
        )
        .where(
            Account.status == status,
            Account.kind != AccountKind.SERVICE,
            condition,
        )
        .order_by(
            Organisation.display_order,
            Organisation.name,
            Organisation.id,
            Account.kind,  # organisation accounts before personal ones
            Person.sort_key,
            Account.display_name,
            Account.id,
        )
        .with_for_update(of=Account)
        .execution_options(populate_existing=True)
    )
    return [HandedAccount(*row) for row in session.execute(statement)]


def _next_primary_appointments(day: date) -> Subquery:
    """One for each person: the one in force, or else the next to come.

    Accounts for a reorganisation are handed over before the day on which it takes effect.
    """
    return (
        select(Appointment)
        .ext(distinct_on(Appointment.person_id))
        .where(
            Appointment.is_primary,
            or_(Appointment.valid_to.is_(None), Appointment.valid_to > day),
        )
        .order_by(Appointment.person_id, Appointment.valid_from)
        .subquery()
    )


def within(organisation_id: UUID | None, *, include_subtree: bool) -> ColumnElement[bool]:
    """Handed over by this organisation, or by any."""
    if organisation_id is None:
        return true()
    if include_subtree:
        return subtree_ids(organisation_id)
    return Organisation.id == organisation_id


def among(account_ids: Collection[UUID]) -> ColumnElement[bool]:
    """One of these, however many: an array is a single parameter."""
    return Account.id == any_(literal(list(account_ids), ARRAY(Uuid)))


def custodians_of(session: Session, day: date, status: AccountStatus) -> dict[UUID, list[Reader]]:
    """Account to its custodians on a day, the longest serving one first."""
    post = aliased(Appointment, _next_primary_appointments(day))
    statement = (
        select(Custodian.account_id, Person, post.position)
        .join(Account, Account.id == Custodian.account_id)
        .join(Person, Person.id == Custodian.person_id)
        .outerjoin(post, post.person_id == Person.id)
        .where(Account.status == status, custodians_in_force(day))
        .order_by(Custodian.valid_from, Person.sort_key, Person.id)
    )
    found: dict[UUID, list[Reader]] = {}
    for account_id, person, position in session.execute(statement):
        reader = Reader(person.full_name, person.sex, position)
        found.setdefault(account_id, []).append(reader)
    return found
