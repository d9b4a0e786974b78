"""The tree of organisations, and what one of them consists of."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.found import MANY, PLANNED
from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian
from identity.accounts.queries import custodians_in_force
from identity.names.search import matches
from identity.organisations.models import AgencyCode, Organisation, OrganisationKind
from identity.organisations.queries import in_force
from identity.people.models import Appointment, Person
from identity.people.queries import in_force as appointed_on
from kernel.database import is_among

MOST_FOUND = 100


@dataclass(slots=True)
class Branch:
    id: UUID
    parent_id: UUID | None
    name: str
    short_name: str | None
    kind: OrganisationKind
    code: str | None
    below: list["Branch"] = field(default_factory=list)

    def everything(self) -> Iterator["Branch"]:
        """Itself, then all below, in reading order."""
        yield self
        for branch in self.below:
            yield from branch.everything()


class Tree:
    def __init__(self, branches: Collection[Branch]) -> None:
        self.by_id = {branch.id: branch for branch in branches}
        self.tops: list[Branch] = []
        for branch in branches:
            above = self.by_id.get(branch.parent_id) if branch.parent_id else None
            (above.below if above else self.tops).append(branch)

    def line(self, organisation_id: UUID) -> list[Branch]:
        """From the top down to the organisation itself; empty for one that is not there."""
        found: list[Branch] = []
        branch = self.by_id.get(organisation_id)
        while branch is not None:
            found.insert(0, branch)
            branch = self.by_id.get(branch.parent_id) if branch.parent_id else None
        return found


def load_tree(session: Session, day: date) -> Tree:
    """In the order of the province's own list."""
    statement = (
        select(
            Organisation.id,
            Organisation.parent_id,
            Organisation.name,
            Organisation.short_name,
            Organisation.kind,
            AgencyCode.code,
        )
        .outerjoin(
            AgencyCode,
            (AgencyCode.organisation_id == Organisation.id) & AgencyCode.valid_to.is_(None),
        )
        .where(in_force(day))
        .order_by(Organisation.display_order, AgencyCode.code, Organisation.name, Organisation.id)
    )
    return Tree([Branch(*row) for row in session.execute(statement)])


def find(session: Session, tree: Tree, typed: str, day: date) -> list[Branch]:
    """By name, tone marks optional, or by the beginning of a code."""
    by_code = select(AgencyCode.organisation_id).where(
        AgencyCode.code.startswith(typed.upper(), autoescape=True), AgencyCode.valid_to.is_(None)
    )
    statement = (
        select(Organisation.id)
        .where(
            in_force(day), matches(Organisation.search_key, typed) | Organisation.id.in_(by_code)
        )
        .order_by(Organisation.display_order, Organisation.name)
        .limit(MOST_FOUND)
    )
    return [tree.by_id[found] for found in session.scalars(statement) if found in tree.by_id]


def count_people(session: Session, organisations: Collection[UUID], day: date) -> Counter[UUID]:
    """People whose primary appointment is in just this organisation."""
    statement = (
        select(Appointment.organisation_id, func.count())
        .where(Appointment.is_primary, appointed_on(day))
        .group_by(Appointment.organisation_id)
    )
    if len(organisations) <= MANY:  # else reading everybody's appointments is quicker
        statement = statement.where(is_among(Appointment.organisation_id, organisations))
    session.execute(PLANNED)
    return Counter(dict(session.execute(statement).all()))


@dataclass(frozen=True, slots=True)
class HeldAccount:
    id: UUID
    login: str
    display_name: str
    status: AccountStatus
    custodians: list[str]
    """Names of those in force."""


def accounts_of(session: Session, organisation_id: UUID, day: date) -> list[HeldAccount]:
    """Of the organisation itself, closed ones left out."""
    accounts = session.execute(
        select(Account.id, Account.login, Account.display_name, Account.status)
        .where(
            Account.organisation_id == organisation_id,
            Account.kind == AccountKind.ORGANISATION,
            Account.status != AccountStatus.CLOSED,
        )
        .order_by(Account.display_name, Account.login)
    ).all()
    names: dict[UUID, list[str]] = {}
    custodians = (
        select(Custodian.account_id, Person.full_name)
        .join(Person, Person.id == Custodian.person_id)
        .where(
            is_among(Custodian.account_id, [account.id for account in accounts]),
            custodians_in_force(day),
        )
        .order_by(Person.sort_key)
    )
    for account_id, name in session.execute(custodians):
        names.setdefault(account_id, []).append(name)
    return [HeldAccount(*account, names.get(account.id, [])) for account in accounts]
