"""Changing the own password: check, hash outside any transaction, write if nothing changed."""

from datetime import datetime
from uuid import UUID

from identity.accounts import queries
from identity.accounts.errors import AccountStateForbids, CurrentPasswordWrong
from identity.accounts.models import Account, AccountStatus
from identity.accounts.password_service import holder, set_password
from identity.accounts.passwords import Passwords
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import Database


def change_password(
    database: Database,
    passwords: Passwords,
    account_id: UUID,
    current: str,
    new: str,
    now: datetime,
    *,
    is_administrator: bool = False,
    request_id: str | None = None,
) -> Account:
    """Slow: up to two hashes and one for each password of the history.

    Raises AccountNotFound, AccountStateForbids, CurrentPasswordWrong, PasswordRefused,
    PasswordChangedMeanwhile.
    """
    history = passwords.policy.history
    with database.transaction() as session:
        account = queries.get_account(session, account_id)
        if account.status is not AccountStatus.ACTIVE:
            raise AccountStateForbids(
                account.login, account.status.value, AccountStatus.ACTIVE.value
            )
        subject = queries.subject_of(
            session, account, day=office_day(now), is_administrator=is_administrator
        )
        former = queries.hashes_not_to_repeat(session, account, history)
    if not passwords.verify(account.password_hash, current).matches:
        raise CurrentPasswordWrong
    hashed = passwords.hash(new, subject, former=former)
    with database.transaction() as session:
        return set_password(
            session,
            holder(account, request_id),
            account_id,
            hashed,
            now=now,
            keep=history,
            basis=Basis("changed by its holder"),
            instead_of=account.password_hash,
        )
