"""Registering systems: secrets are shown once and kept as hashes, two overlap at rotation."""

import enum
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.tokens import new_token, token_hash
from sso.clients.description import SECRET_METHODS, ClientDescription
from sso.clients.errors import (
    ClientDescriptionInvalid,
    ClientExists,
    ClientHasNoSecret,
    ClientNotFound,
    UsernameTaken,
)
from sso.clients.models import ClientRow, ClientSecret, MappedUsername

SECRET_PREFIX = "congvu_client"  # noqa: S105  # public: lets secret scanners recognise a leak


class ClientAuditTag(enum.StrEnum):
    CREATED = "client:created"
    CHANGED = "client:changed"
    SECRET_ROTATED = "client:secret-rotated"  # noqa: S105  # a tag
    DISABLED = "client:disabled"
    ENABLED = "client:enabled"
    USERNAME_MAPPED = "client:username-mapped"


def describe(values: dict[str, Any]) -> ClientDescription:
    """Raises ClientDescriptionInvalid, naming the field."""
    try:
        return ClientDescription.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        places = [".".join(str(part) for part in fault["loc"]) for fault in faults]
        sentences = [
            f"{place}: {fault['msg']}" if place else fault["msg"].removeprefix("Value error, ")
            for place, fault in zip(places, faults, strict=True)
        ]
        raise ClientDescriptionInvalid("; ".join(sentences), places[0] or None) from None


def create_client(
    session: Session,
    actor: Actor,
    client_id: str,
    description: ClientDescription,
    *,
    now: datetime,
    basis: Basis,
) -> tuple[ClientRow, str | None]:
    """The client and its secret, which nobody can show again; None for those that use none.

    Raises ClientExists.
    """
    statement = (
        insert(ClientRow)
        .values(
            id=uuid4(),
            client_id=client_id,
            description=description.model_dump(mode="json"),
            created_at=now,
            changed_at=now,
        )
        .on_conflict_do_nothing(index_elements=["client_id"])
        .returning(ClientRow)
    )
    row = session.scalar(statement)
    if row is None:
        raise ClientExists(client_id)
    audit.record(session, actor, ClientAuditTag.CREATED, row.id, basis, client_id=client_id)
    uses_secret = description.token_endpoint_auth_method in SECRET_METHODS
    return row, _add_secret(session, row.id, now) if uses_secret else None


def change_client(
    session: Session,
    actor: Actor,
    client_id: str,
    description: ClientDescription,
    *,
    now: datetime,
    basis: Basis,
) -> ClientRow:
    """Raises ClientNotFound."""
    row = get_client_for_update(session, client_id)
    before, after = row.description, description.model_dump(mode="json")
    changed = sorted(name for name in after if after[name] != before.get(name))
    row.description, row.changed_at = after, now
    audit.record(session, actor, ClientAuditTag.CHANGED, row.id, basis, changed=changed)
    return row


def rotate_secret(
    session: Session,
    actor: Actor,
    client_id: str,
    *,
    overlap: timedelta,
    now: datetime,
    basis: Basis,
) -> str:
    """A fresh secret; those in force until now count for the overlap and no longer.

    Raises ClientNotFound, ClientHasNoSecret.
    """
    row = get_client_for_update(session, client_id)
    if describe(row.description).token_endpoint_auth_method not in SECRET_METHODS:
        raise ClientHasNoSecret(client_id)
    end = now + overlap
    session.execute(
        delete(ClientSecret).where(ClientSecret.client_id == row.id, ClientSecret.expires_at <= now)
    )
    session.execute(
        update(ClientSecret)
        .where(
            ClientSecret.client_id == row.id,
            or_(ClientSecret.expires_at.is_(None), ClientSecret.expires_at > end),
        )
        .values(expires_at=end)
    )
    secret = _add_secret(session, row.id, now)
    audit.record(
        session, actor, ClientAuditTag.SECRET_ROTATED, row.id, basis, until=end.isoformat()
    )
    return secret


def set_enabled(
    session: Session, actor: Actor, client_id: str, *, enabled: bool, now: datetime, basis: Basis
) -> ClientRow:
    """A disabled client gets no token any more, and those it has are inactive at introspection.

    Raises ClientNotFound.
    """
    row = get_client_for_update(session, client_id)
    row.disabled_at = None if enabled else row.disabled_at or now
    tag = ClientAuditTag.ENABLED if enabled else ClientAuditTag.DISABLED
    audit.record(session, actor, tag, row.id, basis)
    return row


def map_username(
    session: Session,
    actor: Actor,
    client_id: str,
    account_id: UUID,
    username: str,
    *,
    basis: Basis,
) -> None:
    """What an application calls one account, in place of what its template says.

    Raises ClientNotFound, UsernameTaken.
    """
    row = get_client_for_update(session, client_id)
    taken = select(MappedUsername.account_id).where(
        MappedUsername.client_id == row.id, MappedUsername.username == username
    )
    if session.scalar(taken) not in {None, account_id}:
        raise UsernameTaken(username)
    statement = insert(MappedUsername).values(
        id=uuid4(), client_id=row.id, account_id=account_id, username=username
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["client_id", "account_id"], set_={"username": username}
        )
    )
    audit.record(
        session, actor, ClientAuditTag.USERNAME_MAPPED, account_id, basis, client_id=client_id
    )


def get_client_for_update(session: Session, client_id: str) -> ClientRow:
    """Raises ClientNotFound."""
    row = session.scalar(
        select(ClientRow).where(ClientRow.client_id == client_id).with_for_update()
    )
    if row is None:
        raise ClientNotFound(client_id)
    return row


def get_client(session: Session, client_id: str) -> ClientRow:
    """Raises ClientNotFound."""
    row = session.scalar(select(ClientRow).where(ClientRow.client_id == client_id))
    if row is None:
        raise ClientNotFound(client_id)
    return row


def list_clients(session: Session) -> list[ClientRow]:
    return list(session.scalars(select(ClientRow).order_by(ClientRow.client_id)))


def _add_secret(session: Session, client: UUID, now: datetime) -> str:
    secret = new_token(SECRET_PREFIX)
    session.add(ClientSecret(client_id=client, secret_hash=token_hash(secret), created_at=now))
    session.flush()
    return secret
