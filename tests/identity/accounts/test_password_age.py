"""How long a password lasts, and what an administrator can ask for."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from identity.accounts.models import Account
from identity.accounts.password_age import PasswordCondition, PasswordState, password_state
from identity.passwords.presets import CONGVU, LEVEL_3
from tests.support.passwords import later, present
from tests.support.registry import NOW, Province

OK = PasswordState(PasswordCondition.OK)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(0), OK),
        (timedelta(days=166), OK),
        (timedelta(days=166, seconds=1), PasswordState(PasswordCondition.EXPIRES, 13)),
        (timedelta(days=179, hours=1), PasswordState(PasswordCondition.EXPIRES, 0)),
        (timedelta(days=180), PasswordState(PasswordCondition.EXPIRED, 0)),
        (timedelta(days=900), PasswordState(PasswordCondition.EXPIRED, 0)),
    ],
)
def test_a_password_of_level_three_lasts_180_days_and_warns_before(
    account: Account, passed: timedelta, expected: PasswordState
) -> None:
    assert password_state(account, LEVEL_3, NOW + passed) == expected


def test_that_of_an_administrator_lasts_90(account: Account) -> None:
    state = password_state(account, LEVEL_3, later(days=90), is_administrator=True)
    assert state.condition is PasswordCondition.EXPIRED
    assert state.opens_nothing


def test_without_an_age_in_the_policy_it_lasts_for_ever(account: Account) -> None:
    assert password_state(account, CONGVU, later(days=9000)) == OK
    assert not OK.opens_nothing


def alter(province: Province, account: Account, **values: Any) -> Account:
    with province.db.transaction() as session:
        session.execute(update(Account).where(Account.id == account.id).values(**values))
    return present(province, account.id)


def test_what_an_administrator_asks_goes_before_age_and_is_no_matter_of_the_directory(
    province: Province, account: Account
) -> None:
    asked = alter(province, account, password_must_change=True)
    for policy in (CONGVU, LEVEL_3):
        state = password_state(asked, policy, later(days=900))
        assert state.condition is PasswordCondition.MUST_CHANGE
        assert state.opens_nothing
    assert asked.revision == account.revision


def test_where_nobody_wrote_down_when_it_was_chosen_the_activation_counts(
    province: Province, account: Account
) -> None:
    unknown = alter(province, account, password_set_at=None)
    assert password_state(unknown, LEVEL_3, later(days=179)).days_left == 1
    assert unknown.revision == account.revision
