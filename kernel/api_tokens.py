"""Bearer tokens for machines. Only the hash is kept; the token is shown once."""

import enum
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Text

from kernel import audit
from kernel.access import Actor, ActorKind, Permission
from kernel.database import Base, UuidKey
from kernel.errors import Invalid, NotFound, Unauthenticated
from kernel.tokens import new_token, token_hash

TOKEN_PREFIX = "congvu"  # noqa: S105  # public: lets secret scanners recognise a leaked token


class ApiToken(Base):
    __tablename__ = "kernel_api_token"
    id: Mapped[UuidKey]
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class TokenAuditTag(enum.StrEnum):
    CREATED = "api-token:created"
    REVOKED = "api-token:revoked"


class TokenRejected(Unauthenticated):
    code = "token-rejected"

    def __init__(self) -> None:
        super().__init__(
            "Mã truy cập không hợp lệ, đã hết hạn hoặc đã bị thu hồi.",
            "The access token is unknown, expired or revoked.",
        )


class TokenNotFound(NotFound):
    code = "token-not-found"

    def __init__(self) -> None:
        super().__init__("Không có mã truy cập này.", "There is no such token in force.")


class TokenExpiryInPast(Invalid):
    code = "token-expiry-in-past"

    def __init__(self) -> None:
        super().__init__(
            "Thời điểm hết hạn phải ở tương lai.", "The time of expiry must lie in the future."
        )


def create_token(
    session: Session,
    actor: Actor,
    *,
    name: str,
    permissions: Collection[Permission],
    expires_at: datetime,
    now: datetime,
) -> tuple[ApiToken, str]:
    """The stored row and the token itself, which nobody can show again.

    Raises TokenExpiryInPast.
    """
    if expires_at <= now:
        raise TokenExpiryInPast
    secret = new_token(TOKEN_PREFIX)
    token = ApiToken(
        name=name,
        token_hash=token_hash(secret),
        permissions=sorted(permission.value for permission in permissions),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    audit.record(
        session,
        actor,
        TokenAuditTag.CREATED,
        token.id,
        audit.Basis(f"token {name}"),
        permissions=token.permissions,
    )
    return token, secret


def revoke_token(session: Session, actor: Actor, token_id: UUID, *, now: datetime) -> None:
    """Raises TokenNotFound."""
    statement = (
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiToken.name)
    )
    name = session.execute(statement).scalar_one_or_none()
    if name is None:
        raise TokenNotFound
    audit.record(session, actor, TokenAuditTag.REVOKED, token_id, audit.Basis(f"token {name}"))


def list_tokens(session: Session) -> list[ApiToken]:
    return list(session.scalars(select(ApiToken).order_by(ApiToken.created_at, ApiToken.id)))


def actor_of_token(
    session: Session, secret: str, *, now: datetime, request_id: str | None
) -> Actor:
    """Raises TokenRejected."""
    statement = select(ApiToken).where(
        ApiToken.token_hash == token_hash(secret),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > now,
    )
    token = session.scalar(statement)
    if token is None:
        raise TokenRejected
    known = {permission.value for permission in Permission}
    return Actor(
        ActorKind.MACHINE,
        token.name,
        frozenset(Permission(value) for value in token.permissions if value in known),
        id=token.id,
        request_id=request_id,
    )
