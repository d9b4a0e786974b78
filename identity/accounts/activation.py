"""Redeeming an activation code: check, hash outside any transaction, consume."""

from datetime import datetime

from identity.accounts import queries, service
from identity.accounts.errors import ActivationCodeRejected
from identity.accounts.models import Account
from identity.accounts.passwords import Passwords
from kernel.clock import office_day
from kernel.database import Database
from kernel.tokens import normalise_code, token_hash


def redeem(
    database: Database, passwords: Passwords, code: str, password: str, now: datetime
) -> Account:
    """Raises ActivationCodeRejected, PasswordRefused."""
    with database.transaction() as session:
        account = queries.find_account_of_code(session, token_hash(normalise_code(code)), now)
        if account is None:
            raise ActivationCodeRejected
        subject = queries.subject_of(session, account, day=office_day(now))
    hashed = passwords.hash(password, subject)
    with database.transaction() as session:
        return service.activate_account(session, code, hashed, now=now)
