"""Whether a password may still be used, and for how long."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from identity.accounts.models import Account
from identity.accounts.queries import AccountForSignIn, is_administrator
from identity.passwords.policy import PasswordPolicy
from kernel.database import Asked


class PasswordCondition(enum.StrEnum):
    OK = "ok"
    EXPIRES = "expires"
    """Soon: people are told, and nothing else happens."""
    EXPIRED = "expired"
    MUST_CHANGE = "must_change"
    """An administrator has asked for another one."""


@dataclass(frozen=True, slots=True)
class PasswordState:
    condition: PasswordCondition
    days_left: int | None = None
    """Whole days until it expires; None when it does not, or not soon."""

    @property
    def opens_nothing(self) -> bool:
        """Signing in leads to the choice of a new password and nowhere else."""
        return self.condition in {PasswordCondition.EXPIRED, PasswordCondition.MUST_CHANGE}


def password_state_now(
    asked: Asked, account: Account | AccountForSignIn, policy: PasswordPolicy, now: datetime
) -> PasswordState:
    """The same, once it was looked up whether the account administers; if that matters at all."""
    administers = policy.ages_differ and is_administrator(asked, account.id)
    return password_state(account, policy, now, is_administrator=administers)


def password_state(
    account: Account | AccountForSignIn,
    policy: PasswordPolicy,
    now: datetime,
    *,
    is_administrator: bool = False,
) -> PasswordState:
    if account.password_must_change:
        return PasswordState(PasswordCondition.MUST_CHANGE)
    days = policy.maximum_age_days_for(is_administrator=is_administrator)
    if days is None:
        return PasswordState(PasswordCondition.OK)
    # a version before this one activates accounts without writing down when
    since = account.password_set_at or account.status_changed_at
    left = since + timedelta(days=days) - now
    if left <= timedelta(0):
        return PasswordState(PasswordCondition.EXPIRED, 0)
    if left.days < policy.warning_days:
        return PasswordState(PasswordCondition.EXPIRES, left.days)
    return PasswordState(PasswordCondition.OK)
