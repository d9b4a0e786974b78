"""Passwords of administrators grow old sooner, where the policy says so."""

from datetime import timedelta

import pytest

from identity.accounts.models import Account
from identity.passwords.policy import PasswordPolicy
from identity.roles.models import Role
from identity.roles.service import grant_role
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import SignOnWorld

QUARTER = PasswordPolicy(shortest=8, administrator_shortest=8, administrator_maximum_age_days=90)


def test_after_a_quarter_an_administrator_chooses_anew_and_others_do_not(
    world: SignOnWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.services.passwords, "policy", QUARTER)
    plain, administrator = world.member(), world.member("Trần Văn Bình")
    with world.services.database.transaction() as session:
        account = session.get_one(Account, administrator.id)
        grant_role(session, world.officer, account, Role.HR, now=NOW, basis=BASIS)
        for one in (plain, administrator):
            session.get_one(Account, one.id).password_set_at = NOW - timedelta(days=91)
    assert world.browser().sign_in(administrator).url.path == "/mat-khau-moi"
    assert world.browser().sign_in(plain).url.path == "/tai-khoan"
