"""Who may do what in the console: roles of personal accounts."""

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus, ResetChannel
from identity.accounts.password_service import revoke_resets
from identity.accounts.service import revoke_codes
from identity.protection.errors import LastAdministrator
from identity.protection.service import ONE_AT_A_TIME, somebody_administers
from identity.roles.errors import RoleForPeopleOnly, RoleHeldAlready, RoleNotHeld
from identity.roles.models import Role, RoleGrant
from kernel import audit
from kernel.access import Actor, ActorKind, Permission
from kernel.audit import Basis


class RoleAuditTag(enum.StrEnum):
    GRANTED = "role:granted"
    ENDED = "role:ended"


class Holder(NamedTuple):
    login: str
    display_name: str
    role: Role
    granted_at: datetime
    granted_by: str
    status: AccountStatus


def roles_of(session: Session, account_id: UUID) -> frozenset[Role]:
    statement = select(RoleGrant.role).where(
        RoleGrant.account_id == account_id, RoleGrant.ended_at.is_(None)
    )
    return frozenset(session.scalars(statement))


def actor_with_roles(
    account: Account, roles: Iterable[Role], *, request_id: str | None = None
) -> Actor:
    """A signed-in account that may do what its roles allow."""
    allowed: frozenset[Permission] = frozenset().union(*(role.permissions for role in roles))
    return Actor(ActorKind.ACCOUNT, account.login, allowed, account.id, request_id)


def list_holders(session: Session) -> list[Holder]:
    """Roles in force, by login."""
    statement = (
        select(
            Account.login,
            Account.display_name,
            RoleGrant.role,
            RoleGrant.granted_at,
            RoleGrant.granted_by,
            Account.status,
        )
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.ended_at.is_(None))
        .order_by(Account.login, RoleGrant.role)
    )
    return [Holder(*row) for row in session.execute(statement)]


def grant_role(
    session: Session, actor: Actor, account: Account, role: Role, *, now: datetime, basis: Basis
) -> None:
    """Codes for the account that are on paper stop working, unless the role only reads.

    Whoever could issue them until now may not any more. Raises RoleForPeopleOnly, RoleHeldAlready.
    """
    if account.kind is not AccountKind.PERSONAL:
        raise RoleForPeopleOnly(account.login)
    statement = (
        insert(RoleGrant)
        .values(
            id=uuid4(),
            account_id=account.id,
            role=role,
            granted_at=now,
            granted_by=actor.label,
        )
        .on_conflict_do_nothing()
        .returning(RoleGrant.id)
    )
    if session.scalar(statement) is None:
        raise RoleHeldAlready(account.login)
    if role is not Role.LEADER:
        revoke_codes(session, [account.id], now)
        revoke_resets(session, account.id, now, channel=ResetChannel.OFFICE)
    audit.record(session, actor, RoleAuditTag.GRANTED, account.id, basis, role=role.value)


def end_role(
    session: Session, actor: Actor, account: Account, role: Role, *, now: datetime, basis: Basis
) -> None:
    """Raises RoleNotHeld, LastAdministrator."""
    session.execute(ONE_AT_A_TIME)
    statement = (
        update(RoleGrant)
        .where(
            RoleGrant.account_id == account.id,
            RoleGrant.role == role,
            RoleGrant.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(RoleGrant.id)
    )
    if session.scalar(statement) is None:
        raise RoleNotHeld(account.login)
    if role is Role.ADMINISTRATOR and not somebody_administers(session):
        raise LastAdministrator
    audit.record(session, actor, RoleAuditTag.ENDED, account.id, basis, role=role.value)
