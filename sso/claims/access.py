"""Who may use a client."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian
from identity.accounts.queries import custodians_in_force
from sso.claims.subject import Subject, member_of
from sso.clients.registry import Client


def may_use(session: Session, client: Client, subject: Subject) -> bool:
    """By kind of account and by membership, as the client's registration says."""
    description = client.description
    if subject.account.kind.value not in {kind.value for kind in description.allowed_account_kinds}:
        return False
    if not description.allowed_groups:
        return True
    own, above = member_of(session, subject)
    return any(
        group.organisation_id in (own if group.scope == "own" else above)
        for group in description.allowed_groups
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
