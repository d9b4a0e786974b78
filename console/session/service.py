"""Sessions of the console: each stands on a sign-in, and ends with it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from console.session.models import ConsoleSession
from identity.accounts.models import Account
from identity.roles.models import Role
from identity.roles.service import actor_with_roles, roles_of
from kernel.access import Actor, Permission
from kernel.tokens import token_hash
from sso.sessions.service import SignedIn, find_session_of
from sso.settings import SignOnSettings


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for a page: a signed-in account, its roles and what they allow."""

    me: SignedIn
    roles: frozenset[Role]
    actor: Actor

    @property
    def account(self) -> Account:
        return self.me.account

    def may(self, permission: Permission) -> bool:
        return self.actor.may(permission)


def begin(session: Session, participation_id: UUID, *, now: datetime) -> str:
    """The secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        ConsoleSession(
            secret_hash=token_hash(secret), participation_id=participation_id, created_at=now
        )
    )
    return secret


def find_caller(
    session: Session,
    secret: str | None,
    *,
    settings: SignOnSettings,
    now: datetime,
    request_id: str | None,
) -> Caller | None:
    """None unless the sign-in that the session stands on still counts."""
    if not secret:
        return None
    statement = select(ConsoleSession.participation_id).where(
        ConsoleSession.secret_hash == token_hash(secret)
    )
    participation_id = session.scalar(statement)
    if participation_id is None:
        return None
    me = find_session_of(session, participation_id, settings=settings, now=now)
    if me is None:
        return None
    roles = roles_of(session, me.account.id)
    return Caller(me, roles, actor_with_roles(me.account, roles, request_id=request_id))


def forget(session: Session, secret: str | None) -> None:
    """Of a former sign-in in the same browser."""
    if secret:
        found = ConsoleSession.secret_hash == token_hash(secret)
        session.execute(delete(ConsoleSession).where(found))
