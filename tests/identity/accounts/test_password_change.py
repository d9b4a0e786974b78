"""People change their own password; the old one is remembered only as long as the policy asks."""

from itertools import pairwise
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from identity.accounts import service
from identity.accounts.errors import (
    AccountStateForbids,
    CurrentPasswordWrong,
    PasswordChangedMeanwhile,
    PasswordRefused,
)
from identity.accounts.models import Account, FormerPassword
from identity.accounts.password_change import change_password
from identity.accounts.password_service import PasswordAuditTag, replace_password_hash, set_password
from identity.accounts.passwords import Passwords
from identity.passwords import texts
from kernel.access import ActorKind
from kernel.audit import AuditRecord
from tests.support.passwords import FIRST, FOURTH, SECOND, THIRD, cheap, later, opens, present
from tests.support.registry import BASIS, NOW, Province


def change(
    province: Province, passwords: Passwords, account: Account, current: str, new: str, **more: Any
) -> Account:
    return change_password(
        province.db, passwords, account.id, current, new, more.pop("now", NOW), **more
    )


def former(province: Province, account: Account) -> int:
    with province.db.transaction() as session:
        statement = select(func.count()).where(FormerPassword.account_id == account.id)
        return session.scalar(statement) or 0


def test_a_changed_password_opens_and_the_one_before_does_not(
    province: Province, passwords: Passwords, account: Account
) -> None:
    change(province, passwords, account, FIRST, SECOND, now=later(days=3))
    changed = present(province, account.id)
    assert changed.password_set_at == later(days=3)
    assert changed.revision > account.revision  # the directory follows
    assert opens(province, passwords, account.id, SECOND)
    assert not opens(province, passwords, account.id, FIRST)
    with province.db.transaction() as session:
        record = session.scalars(select(AuditRecord).filter_by(tag=PasswordAuditTag.CHANGED)).one()
    assert (record.actor_kind, record.actor_id) == (ActorKind.ACCOUNT, account.id)


def test_the_present_password_has_to_be_known(
    province: Province, passwords: Passwords, account: Account
) -> None:
    for wrong in ("", SECOND, FIRST.upper()):
        with pytest.raises(CurrentPasswordWrong) as refusal:
            change(province, passwords, account, wrong, SECOND)
        assert refusal.value.place == "current"
    assert opens(province, passwords, account.id, FIRST)


def test_neither_the_present_nor_one_of_the_history_is_taken_again(
    province: Province, account: Account
) -> None:
    passwords = cheap(history=2)
    chosen = [FIRST, SECOND, THIRD, FOURTH]
    for number, (current, new) in enumerate(pairwise(chosen)):
        change(province, passwords, account, current, new, now=later(hours=number + 1))
    assert former(province, account) == 2
    for used in (FOURTH, THIRD, SECOND):
        with pytest.raises(PasswordRefused) as refusal:
            change(province, passwords, account, FOURTH, used, now=later(hours=9))
        assert [reason.code for reason in refusal.value.reasons] == [texts.USED_BEFORE]
    change(province, passwords, account, FOURTH, FIRST, now=later(hours=9))


def test_a_policy_without_history_keeps_no_old_hash(province: Province, account: Account) -> None:
    change(province, cheap(history=3), account, FIRST, SECOND)
    assert former(province, account) == 1
    change(province, cheap(history=0), account, SECOND, THIRD)
    assert former(province, account) == 0


def test_of_two_changes_at_once_one_wins_and_the_other_is_told(
    province: Province, passwords: Passwords, account: Account
) -> None:
    together = Barrier(2)
    outcomes: list[str | None] = []

    class Slow(Passwords):
        def hash(self, *arguments: Any, **more: Any) -> str:
            hashed = super().hash(*arguments, **more)
            together.wait(timeout=30)  # both have looked before either writes
            return hashed

    slow = Slow(passwords.settings)

    def attempt(new: str) -> None:
        try:
            change(province, slow, account, FIRST, new)
        except PasswordChangedMeanwhile:
            outcomes.append(None)
        else:
            outcomes.append(new)

    threads = [Thread(target=attempt, args=(new,)) for new in (SECOND, THIRD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = (outcome for outcome in outcomes if outcome)
    assert outcomes.count(None) == 1
    assert opens(province, passwords, account.id, winner)


def test_a_suspended_account_changes_nothing(
    province: Province, passwords: Passwords, account: Account
) -> None:
    with province.db.transaction() as session:
        service.suspend_account(session, province.officer, account.id, now=NOW, basis=BASIS)
    with pytest.raises(AccountStateForbids):
        change(province, passwords, account, FIRST, SECOND)
    with pytest.raises(AccountStateForbids), province.db.transaction() as session:
        set_password(session, province.officer, account.id, "$hash", now=NOW, keep=0, basis=BASIS)


def test_a_closed_account_leaves_no_hash_behind(province: Province, account: Account) -> None:
    change(province, cheap(history=3), account, FIRST, SECOND)
    with province.db.transaction() as session:
        service.close_account(session, province.officer, account.id, now=NOW, basis=BASIS)
    closed = present(province, account.id)
    assert closed.password_hash is None
    assert closed.password_set_at is None
    assert former(province, account) == 0


def test_hashing_anew_changes_the_hash_and_nothing_else(
    province: Province, passwords: Passwords, account: Account
) -> None:
    dearer = cheap(passes=2)
    old_hash = present(province, account.id).password_hash
    assert old_hash is not None
    assert dearer.verify(old_hash, FIRST).needs_rehash
    new_hash = dearer.rehash(FIRST)
    with province.db.transaction() as session:
        assert replace_password_hash(session, account.id, old_hash=old_hash, new_hash=new_hash)
    after = present(province, account.id)
    assert after.password_hash == new_hash
    assert after.password_set_at == account.password_set_at
    assert former(province, account) == 0
    change(province, passwords, account, FIRST, SECOND)
    with province.db.transaction() as session:
        assert not replace_password_hash(
            session, account.id, old_hash=new_hash, new_hash=dearer.rehash(FIRST)
        )
    assert opens(province, passwords, account.id, SECOND)
