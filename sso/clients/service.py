"""Registering systems: secrets are shown once and kept as hashes, two overlap at rotation."""

import enum
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.messages import Message
from kernel.tokens import new_token, token_hash
from sso.clients.description import SECRET_METHODS, ClientDescription
from sso.clients.errors import (
    CasServiceTaken,
    ClientChangedMeanwhile,
    ClientDescriptionInvalid,
    ClientExists,
    ClientHasNoSecret,
    ClientNotFound,
    UsernameChangedMeanwhile,
    UsernameNotKept,
    UsernameTaken,
)
from sso.clients.faults import DescriptionFault, faults_in
from sso.clients.keys import import_keys
from sso.clients.models import ClientRow, ClientSecret, MappedUsername
from sso.clients.username_template import login_pattern

SECRET_PREFIX = "congvu_client"  # noqa: S105  # public: lets secret scanners recognise a leak
NO_KEYS = DescriptionFault(
    "jwks",
    Message(
        "chỉ nhận khóa công khai, thuộc loại và độ dài được chấp nhận",
        "public keys only, of a kind and size that is accepted",
    ),
)

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('sso_client'))")
"""Whoever writes down what clients are: two could take the same CAS address at once."""


class ClientAuditTag(enum.StrEnum):
    CREATED = "client:created"
    CHANGED = "client:changed"
    SECRET_ROTATED = "client:secret-rotated"  # noqa: S105  # a tag
    DISABLED = "client:disabled"
    ENABLED = "client:enabled"
    USERNAME_MAPPED = "client:username-mapped"
    USERNAME_ENDED = "client:username-ended"


def describe(values: dict[str, Any]) -> ClientDescription:
    """Raises ClientDescriptionInvalid, naming the field."""
    try:
        description = ClientDescription.model_validate(values)
    except ValidationError as error:
        raise ClientDescriptionInvalid(faults_in(error)) from None
    if description.jwks is not None and import_keys(description.jwks) is None:
        raise ClientDescriptionInvalid([NO_KEYS])
    return description


def create_client(
    session: Session,
    actor: Actor,
    client_id: str,
    description: ClientDescription,
    *,
    now: datetime,
    basis: Basis,
    row_id: UUID | None = None,
) -> tuple[ClientRow, str | None]:
    """The client and its secret, which nobody can show again; None for those that use none.

    `row_id`: the one to get.

    Raises ClientExists, CasServiceTaken.
    """
    session.execute(ONE_AT_A_TIME)
    _check_cas_services(session, client_id, description.cas_services)
    statement = (
        insert(ClientRow)
        .values(
            id=row_id or uuid4(),
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
    expected_revision: str | None = None,
) -> ClientRow:
    """With a revision: only if the description is still the one that was read.

    Raises ClientNotFound, ClientChangedMeanwhile, CasServiceTaken.
    """
    session.execute(ONE_AT_A_TIME)
    row = get_client_for_update(session, client_id)
    if expected_revision not in {None, row.revision}:
        raise ClientChangedMeanwhile(client_id)
    if row.disabled_at is None:
        _check_cas_services(session, client_id, description.cas_services)
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
    if row.description["token_endpoint_auth_method"] not in SECRET_METHODS:
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

    Raises ClientNotFound, CasServiceTaken.
    """
    session.execute(ONE_AT_A_TIME)
    row = get_client_for_update(session, client_id)
    if enabled:
        _check_cas_services(session, client_id, row.description.get("cas_services", []))
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
    seen: str | None = None,
) -> None:
    """What an application calls one account, in place of what its template says.

    With `seen`: only if the name is still that one; empty where there was none.
    Raises ClientNotFound, UsernameChangedMeanwhile, UsernameTaken.
    """
    row = get_client_for_update(session, client_id)
    if seen is not None:
        present = kept_username(session, row.id, account_id)
        if seen != (present or ""):
            raise UsernameChangedMeanwhile(present)
    taken = select(MappedUsername.account_id).where(
        MappedUsername.client_id == row.id, MappedUsername.username == username
    )
    if session.scalar(taken) not in {None, account_id} or _is_login_of_another(
        session, row, account_id, username
    ):
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


def end_username(
    session: Session, actor: Actor, client_id: str, account_id: UUID, *, basis: Basis, seen: str
) -> None:
    """From the next entry on the template speaks again, and others may come to this name.

    Raises ClientNotFound, UsernameNotKept, UsernameChangedMeanwhile where it is not the one `seen`.
    """
    row = get_client_for_update(session, client_id)
    present = kept_username(session, row.id, account_id)
    if present is None:
        raise UsernameNotKept(client_id)
    if present != seen:
        raise UsernameChangedMeanwhile(present)
    session.execute(
        delete(MappedUsername).where(
            MappedUsername.client_id == row.id, MappedUsername.account_id == account_id
        )
    )
    tag = ClientAuditTag.USERNAME_ENDED
    audit.record(session, actor, tag, account_id, basis, client_id=client_id, username=present)


def kept_username(session: Session, client: UUID, account_id: UUID) -> str | None:
    statement = select(MappedUsername.username).where(
        MappedUsername.client_id == client, MappedUsername.account_id == account_id
    )
    return session.scalar(statement)


def list_usernames(session: Session, client_id: str) -> list[tuple[str, str]]:
    """Login and what the application calls it, of those that were written down, by login.

    Raises ClientNotFound.
    """
    row = get_client(session, client_id)
    statement = (
        select(Account.login, MappedUsername.username)
        .join(Account, Account.id == MappedUsername.account_id)
        .where(MappedUsername.client_id == row.id)
        .order_by(Account.login)
    )
    return [(login, username) for login, username in session.execute(statement)]


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


def _check_cas_services(session: Session, client_id: str, addresses: Collection[str]) -> None:
    """Raises CasServiceTaken. A disabled client keeps no address from others."""
    others = select(ClientRow.client_id, ClientRow.description["cas_services"]).where(
        ClientRow.client_id != client_id, ClientRow.disabled_at.is_(None)
    )
    held = {
        _plain_service(address): other
        for other, services in session.execute(others)
        for address in services or ()
    }
    for address in addresses:
        if other := held.get(_plain_service(address)):
            raise CasServiceTaken(address, other)


def _plain_service(address: str) -> tuple[str, str | None, int | None, str]:
    """What an address covers: a slash at its end and a query change nothing."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port, parts.path.rstrip("/")


def _is_login_of_another(session: Session, row: ClientRow, account_id: UUID, username: str) -> bool:
    """Where names are made of logins they are not written down: others may have theirs already."""
    pattern = login_pattern(row.description.get("username_template"))
    if pattern is None:
        return False
    parts = [Account.login if part is None else part for part in pattern]
    statement = select(Account.id).where(func.concat(*parts) == username, Account.id != account_id)
    return session.scalar(statement) is not None


def _add_secret(session: Session, client: UUID, now: datetime) -> str:
    secret = new_token(SECRET_PREFIX)
    session.add(ClientSecret(client_id=client, secret_hash=token_hash(secret), created_at=now))
    session.flush()
    return secret
