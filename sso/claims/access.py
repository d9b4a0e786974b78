"""Who may use a client."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian
from identity.accounts.queries import custodians_in_force
from identity.organisations.queries import list_line
from sso.claims.subject import Subject
from sso.clients.registry import Client


def may_use(session: Session, client: Client, subject: Subject) -> bool:
    """By kind of account and by membership, as the client's registration says."""
    return bool(usable(session, [client], subject))


def usable(session: Session, clients: Iterable[Client], subject: Subject) -> list[Client]:
    """Those of them that the subject may use; what it belongs to is looked up once."""
    kind = subject.account.kind.value
    open_ = [one for one in clients if kind in one.description.allowed_account_kinds]
    if not any(client.description.allowed_groups for client in open_):
        return open_
    own = subject.belongs_to
    line = set(list_line(session, *own))
    return [client for client in open_ if _admits(client, own, line)]


def _admits(client: Client, own: Collection[UUID], line: Collection[UUID]) -> bool:
    """`line` is what one belongs to and everything above it: a subtree's members have its top."""
    groups = client.description.allowed_groups
    return not groups or any(
        group.organisation_id in (own if group.scope == "own" else line) for group in groups
    )


def organisation_accounts_of(session: Session, person_id: UUID, day: date) -> list[Account]:
    """The organisation accounts that a person may act as on a day."""
    statement = (
        select(Account)
        .join(Custodian, Custodian.account_id == Account.id)
        .where(
            Custodian.person_id == person_id,
            custodians_in_force(day),
            Account.kind == AccountKind.ORGANISATION,
            Account.status != AccountStatus.CLOSED,
            Account.status != AccountStatus.SUSPENDED,
        )
        .distinct()
        .order_by(Account.display_name, Account.id)
    )
    return list(session.scalars(statement))


def may_act_as(session: Session, person_id: UUID, account_id: UUID, day: date) -> bool:
    return any(
        account.id == account_id for account in organisation_accounts_of(session, person_id, day)
    )
