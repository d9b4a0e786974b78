"""Putting a password in place. What is slow (hashing, checking) has been done before."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from identity.accounts import queries
from identity.accounts.errors import AccountStateForbids, PasswordChangedMeanwhile
from identity.accounts.models import (
    Account,
    AccountStatus,
    FormerPassword,
    PasswordReset,
    ResetChannel,
)
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis


class PasswordAuditTag(enum.StrEnum):
    CHANGED = "account:password-changed"
    REHASHED = "account:password-rehashed"
    """The same password, hashed with the parameters of today."""


def set_password(
    session: Session,
    actor: Actor,
    account_id: UUID,
    new_hash: str,
    *,
    now: datetime,
    keep: int,
    basis: Basis,
    instead_of: str | None = None,
) -> Account:
    """Replace the password of an active account; the old one goes to the history of `keep` rows.

    `instead_of` is the hash that was looked at before: another one means a change in between.
    Open reset codes stop working. Raises AccountNotFound, AccountStateForbids,
    PasswordChangedMeanwhile.
    """
    account = queries.get_account_for_update(session, account_id)
    if account.status is not AccountStatus.ACTIVE:
        raise AccountStateForbids(account.login, account.status.value, AccountStatus.ACTIVE.value)
    if instead_of is not None and account.password_hash != instead_of:
        raise PasswordChangedMeanwhile
    put_password(session, account, new_hash, now=now, keep=keep)
    audit.record(session, actor, PasswordAuditTag.CHANGED, account_id, basis)
    return account


def put_password(
    session: Session, account: Account, new_hash: str, *, now: datetime, keep: int
) -> None:
    """What every way to a new password ends in. The row of the account is locked."""
    if account.password_hash is not None and keep:
        session.add(
            FormerPassword(
                account_id=account.id,
                password_hash=account.password_hash,
                set_at=account.password_set_at,
                replaced_at=now,
            )
        )
    account.password_hash, account.password_set_at = new_hash, now
    account.password_must_change = False
    session.flush()
    _forget_beyond(session, account.id, keep)
    revoke_resets(session, account.id, now)


def _forget_beyond(session: Session, account_id: UUID, keep: int) -> None:
    kept = (
        select(FormerPassword.id)
        .where(FormerPassword.account_id == account_id)
        .order_by(FormerPassword.replaced_at.desc(), FormerPassword.id)
        .limit(keep)
    )
    session.execute(
        delete(FormerPassword).where(
            FormerPassword.account_id == account_id, FormerPassword.id.not_in(kept)
        ),
        execution_options={"synchronize_session": False},
    )


def forget_password(session: Session, account: Account, now: datetime) -> None:
    """Of an account that is closed: nothing remains that could verify."""
    account.password_hash = account.password_set_at = None
    account.password_must_change = False
    _forget_beyond(session, account.id, keep=0)
    revoke_resets(session, account.id, now)


def revoke_resets(
    session: Session, account_id: UUID, now: datetime, *, channel: ResetChannel | None = None
) -> None:
    """Open codes of one channel, or of all, stop working."""
    statement = update(PasswordReset).where(
        PasswordReset.account_id == account_id,
        PasswordReset.consumed_at.is_(None),
        PasswordReset.revoked_at.is_(None),
    )
    if channel is not None:
        statement = statement.where(PasswordReset.channel == channel)
    session.execute(
        statement.values(revoked_at=now), execution_options={"synchronize_session": False}
    )


def replace_password_hash(
    session: Session, account_id: UUID, *, old_hash: str, new_hash: str
) -> bool:
    """Store the same password hashed anew after signing in; False when it was changed meanwhile.

    Its age, its history and reset codes stay as they are.
    """
    statement = (
        update(Account)
        .where(Account.id == account_id, Account.password_hash == old_hash)
        .values(password_hash=new_hash)
        .returning(Account.login)
    )
    login = session.execute(statement).scalar_one_or_none()
    if login is None:
        return False
    audit.record(
        session,
        Actor.system("sign-in"),
        PasswordAuditTag.REHASHED,
        account_id,
        Basis("today's hash parameters"),
    )
    return True
