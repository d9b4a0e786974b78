"""Grants from approval to revocation, and the codes by which they reach the client."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from kernel.tokens import token_hash
from sso.claims.scopes import Scope
from sso.clients.registry import Client
from sso.sessions.models import Participation
from sso.settings import SignOnSettings
from sso.tokens.minting import Authentication
from sso.tokens.models import AuthorizationCode, Grant


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person, or the policy in their place, allowed a client."""

    client: Client
    account_id: UUID
    """The subject: the person's own account or the organisation's they act as."""
    actor_account_id: UUID | None
    participation_id: UUID | None
    session_id: UUID | None
    session_expires_at: datetime | None
    scope: Sequence[str]
    resources: Sequence[str]
    authentication: Authentication
    claims: dict[str, Any] = field(default_factory=dict)


def create_grant(
    session: Session, approval: Approval, *, settings: SignOnSettings, now: datetime
) -> Grant:
    """Without `offline_access` it ends with the session that it came from."""
    offline = Scope.OFFLINE_ACCESS in approval.scope or approval.session_id is None
    limit = now + timedelta(days=settings.refresh_token_days)
    grant = Grant(
        id=uuid4(),
        client_id=approval.client.id,
        account_id=approval.account_id,
        actor_account_id=approval.actor_account_id,
        participation_id=approval.participation_id,
        session_id=None if offline else approval.session_id,
        scope=list(approval.scope),
        resources=list(approval.resources),
        claims=approval.claims,
        authenticated_at=approval.authentication.at,
        acr=approval.authentication.acr,
        amr=list(approval.authentication.amr),
        created_at=now,
        expires_at=limit if offline else approval.session_expires_at or limit,
    )
    session.add(grant)
    session.flush()
    return grant


@dataclass(frozen=True, slots=True)
class CodeForm:
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    dpop_thumbprint: str | None


def create_code(
    session: Session, grant: Grant, form: CodeForm, *, settings: SignOnSettings, now: datetime
) -> str:
    """The code itself, which exists nowhere else."""
    code = secrets.token_urlsafe(32)
    session.add(
        AuthorizationCode(
            code_hash=token_hash(code),
            grant_id=grant.id,
            redirect_uri=form.redirect_uri,
            code_challenge=form.code_challenge,
            nonce=form.nonce,
            dpop_thumbprint=form.dpop_thumbprint,
            expires_at=now + timedelta(seconds=settings.authorization_code_seconds),
        )
    )
    session.flush()
    return code


def consume_code(
    session: Session, code: str, client: Client, *, now: datetime
) -> tuple[AuthorizationCode, Grant] | None:
    """The code and its grant, once. Whatever comes after, the code is spent.

    A second time revokes the grant: either the client or a thief holds tokens of it
    (RFC 6749 section 4.1.2, RFC 9700 section 4.5).
    """
    owned = select(Grant.id).where(Grant.client_id == client.id)
    statement = (
        update(AuthorizationCode)
        .where(
            AuthorizationCode.code_hash == token_hash(code),
            AuthorizationCode.consumed_at.is_(None),
            AuthorizationCode.grant_id.in_(owned),
        )
        .values(consumed_at=now)
        .returning(AuthorizationCode)
    )
    found = session.scalar(statement)
    if found is None:
        _note_replay(session, code, client, now)
        return None
    grant = session.get_one(Grant, found.grant_id)
    if found.expires_at <= now or grant.revoked_at is not None:
        return None
    return found, grant


def _note_replay(session: Session, code: str, client: Client, now: datetime) -> None:
    statement = (
        select(Grant.id)
        .join(AuthorizationCode, AuthorizationCode.grant_id == Grant.id)
        .where(AuthorizationCode.code_hash == token_hash(code), Grant.client_id == client.id)
    )
    grant_id = session.scalar(statement)
    if grant_id is not None:
        revoke_grant(session, grant_id, "code_replayed", now=now)


def revoke_grant(session: Session, grant_id: UUID, reason: str, *, now: datetime) -> bool:
    """End a grant: its refresh tokens fail, its access tokens are inactive at introspection."""
    return bool(revoke_grants(session, Grant.id == grant_id, reason, now=now))


def revoke_grants_of(
    session: Session,
    account_id: UUID,
    reason: str,
    *,
    now: datetime,
    client_id: UUID | None = None,
    but_session_id: UUID | None = None,
) -> int:
    """All grants of an account, those of one client, or those of all sessions but one."""
    condition = (Grant.account_id == account_id) | (Grant.actor_account_id == account_id)
    if client_id is not None:
        condition &= Grant.client_id == client_id
    if but_session_id is not None:
        own = select(Participation.id).where(Participation.session_id == but_session_id)
        condition &= Grant.participation_id.is_(None) | Grant.participation_id.not_in(own)
    return revoke_grants(session, condition, reason, now=now)


def revoke_grants(
    session: Session, condition: ColumnElement[bool], reason: str, *, now: datetime
) -> int:
    """How many there were that were not revoked before."""
    statement = (
        update(Grant)
        .where(condition, Grant.revoked_at.is_(None))
        .values(revoked_at=now, revoke_reason=reason)
        .returning(Grant.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(statement).all())
