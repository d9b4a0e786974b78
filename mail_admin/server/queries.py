from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian
from identity.accounts.queries import custodians_in_force
from mail_admin.server.models import FollowedAccount


@dataclass(frozen=True, slots=True)
class Due:
    """An account whose present state the mail servers have not been told."""

    account_id: UUID
    login: str
    kind: AccountKind
    status: AccountStatus
    revision: int
    attempts: int


def is_followed() -> ColumnElement[bool]:
    """As the index of migration 0012 has it."""
    ended = Account.status.in_([AccountStatus.SUSPENDED, AccountStatus.CLOSED])
    return or_(ended, Account.kind == AccountKind.ORGANISATION)


def due_accounts(session: Session, now: datetime, limit: int) -> list[Due]:
    """Those that the directory shows as they are and the mail servers may not."""
    followed = FollowedAccount
    statement = (
        select(
            Account.id,
            Account.login,
            Account.kind,
            Account.status,
            Account.revision,
            followed.attempts,
        )
        .outerjoin(followed, followed.account_id == Account.id)
        .where(
            is_followed(),
            Account.revision == Account.projected_revision,
            followed.applied_revision.is_distinct_from(Account.revision),
            followed.retry_at.is_(None) | (followed.retry_at <= now),
        )
        .order_by(Account.status_changed_at.desc())
        .limit(limit)
    )
    return [
        Due(identifier, login, kind, status, revision, attempts or 0)
        for identifier, login, kind, status, revision, attempts in session.execute(statement)
    ]


def custodian_logins(session: Session, account_id: UUID, today: date) -> frozenset[str]:
    """Of active people; none while the organisation's account is suspended or closed."""
    holder, organisation = aliased(Account), aliased(Account)
    statement = (
        select(holder.login)
        .join(Custodian, Custodian.person_id == holder.person_id)
        .join(organisation, organisation.id == Custodian.account_id)
        .where(
            organisation.id == account_id,
            organisation.status.in_([AccountStatus.PENDING, AccountStatus.ACTIVE]),
            holder.status != AccountStatus.CLOSED,
            custodians_in_force(today),
        )
    )
    return frozenset(session.scalars(statement))


def organisation_mailboxes(session: Session) -> list[tuple[UUID, str]]:
    """Id and login of each that is not closed."""
    statement = (
        select(Account.id, Account.login)
        .where(Account.kind == AccountKind.ORGANISATION, Account.status != AccountStatus.CLOSED)
        .order_by(Account.login)
    )
    return [(identifier, login) for identifier, login in session.execute(statement)]


def record_applied(session: Session, account_id: UUID, revision: int, now: datetime) -> None:
    _record(
        session,
        account_id,
        {"applied_revision": revision, "applied_at": now, "attempts": 0, "retry_at": None},
    )


def record_failed(session: Session, due: Due, retry_at: datetime) -> None:
    values = {"attempts": due.attempts + 1, "retry_at": retry_at}
    _record(session, due.account_id, values)


def record_purged(session: Session, account_id: UUID, now: datetime) -> None:
    _record(session, account_id, {"purged_at": now})


def _record(session: Session, account_id: UUID, values: dict[str, object]) -> None:
    statement = insert(FollowedAccount).values(
        {"account_id": account_id, "applied_revision": 0, **values}
    )
    session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))


def to_purge(session: Session, before: datetime, logins: Sequence[str]) -> list[Account]:
    """Accounts closed before a moment whose mail was not removed yet; all when none is named."""
    statement = (
        select(Account)
        .outerjoin(FollowedAccount, FollowedAccount.account_id == Account.id)
        .where(
            Account.status == AccountStatus.CLOSED,
            Account.status_changed_at < before,
            FollowedAccount.purged_at.is_(None),
        )
        .order_by(Account.status_changed_at, Account.login)
    )
    if logins:
        statement = statement.where(Account.login.in_(logins))
    return list(session.scalars(statement))
