"""Changing the own password: check, hash outside any transaction, write if nothing changed."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts import queries
from identity.accounts.actors import account_actor
from identity.accounts.errors import AccountStateForbids, CurrentPasswordWrong
from identity.accounts.models import Account, AccountStatus
from identity.accounts.password_service import set_password
from identity.accounts.passwords import Passwords
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import Database

After = Callable[[Session, Account], object]
"""What is done in the transaction of the change, such as ending what is open."""


def change_password(
    database: Database,
    passwords: Passwords,
    account_id: UUID,
    current: str,
    new: str,
    now: datetime,
    *,
    then: After | None = None,
) -> Account:
    """Slow: up to two hashes and one for each password of the history.

    Raises AccountNotFound, AccountStateForbids, CurrentPasswordWrong, PasswordRefused,
    PasswordChangedMeanwhile.
    """
    with database.transaction() as session:
        account = queries.get_account(session, account_id)
    if account.status is not AccountStatus.ACTIVE:
        raise AccountStateForbids(account.login, account.status.value, AccountStatus.ACTIVE.value)
    if not passwords.verify(account.password_hash, current).matches:
        raise CurrentPasswordWrong
    return replace_password(
        database,
        passwords,
        account,
        new,
        now,
        basis=Basis("changed by its holder"),
        then=then,
    )


def replace_password(
    database: Database,
    passwords: Passwords,
    account: Account,
    new: str,
    now: datetime,
    *,
    basis: Basis,
    then: After | None = None,
) -> Account:
    """In the place of the one that `account` was read with, which its holder has just shown.

    Slow as above. Raises AccountStateForbids, PasswordRefused, PasswordChangedMeanwhile.
    """
    history = passwords.policy.history
    with database.transaction() as session:
        subject = queries.subject_of(session, account, day=office_day(now))
        former = queries.hashes_not_to_repeat(session, account, history)
    hashed = passwords.hash(new, subject, former=former)
    with database.transaction() as session:
        changed = set_password(
            session,
            account_actor(account),
            account.id,
            hashed,
            now=now,
            keep=history,
            basis=basis,
            instead_of=account.password_hash,
        )
        if then is not None:
            then(session, changed)
        return changed
