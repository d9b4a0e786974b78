"""Accounts with a password, and passwords that are cheap to hash."""

from datetime import datetime, timedelta
from uuid import UUID

from identity.accounts import queries, service
from identity.accounts.activation import redeem
from identity.accounts.models import Account
from identity.accounts.passwords import Passwords, PasswordSettings
from tests.support.registry import BASIS, NOW, Province

FIRST, SECOND, THIRD, FOURTH = (
    "chim hót trên cành 7",
    "mây trắng bay ngang đồi",
    "con mèo nhảy qua hàng rào",
    "sáng nay trời không mưa",
)


def cheap(**settings: object) -> Passwords:
    return Passwords(
        PasswordSettings.model_validate({"memory_kibibytes": 8192, "passes": 1} | settings)
    )


def activated(
    province: Province, account: Account, passwords: Passwords, password: str = FIRST
) -> Account:
    """As its holder activates it by the letter."""
    with province.db.transaction() as session:
        pending = queries.get_account(session, account.id)
        (code,) = service.issue_activation_codes(
            session, province.officer, [pending], now=NOW, lifetime=timedelta(days=7), basis=BASIS
        )
    redeem(province.db, passwords, code, password, NOW)
    return present(province, account.id)  # with the revision that a trigger raised


def present(province: Province, account_id: UUID) -> Account:
    with province.db.transaction() as session:
        return queries.get_account(session, account_id)


def opens(province: Province, passwords: Passwords, account_id: UUID, password: str) -> bool:
    return passwords.verify(present(province, account_id).password_hash, password).matches


def later(**spans: float) -> datetime:
    return NOW + timedelta(**spans)
