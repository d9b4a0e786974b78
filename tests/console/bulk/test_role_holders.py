"""Plans leave accounts with a role as they are, unless whoever applies them manages roles."""

import pytest

from identity.accounts.models import Account, AccountStatus
from identity.accounts.service import suspend_account
from identity.bulk.models import BulkAction
from identity.roles.models import Role
from tests.console.bulk.conftest import confirmed, numbers, planned, selected, status_of
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser

WHY_NOT = "Tài khoản đang có vai trò; chỉ người có quyền giao vai trò được thay đổi."


@pytest.mark.parametrize(
    "action",
    [
        BulkAction.SUSPEND,
        BulkAction.REINSTATE,
        BulkAction.DEMAND_PASSWORD,
        BulkAction.RESET,
        BulkAction.LETTERS,
    ],
)
def test_a_plan_of_hr_says_why_a_holder_stays(
    console: ConsoleWorld, desk: Browser, staff: list[Account], action: BulkAction
) -> None:
    holder = console.holder(Role.ADMINISTRATOR)
    target = holder.id
    if action is BulkAction.REINSTATE:
        with console.sign_on.services.database.transaction() as session:
            suspend_account(session, console.sign_on.officer, target, now=NOW, basis=BASIS)
    if action is BulkAction.LETTERS:
        console.give(staff[0], Role.IT)
        target = staff[0].id
    plan = planned(desk, selected(target), action.value)
    assert numbers(desk, plan) == ["0", "0", "1"]
    assert WHY_NOT in desk.get(plan).text


def test_a_role_given_since_the_plan_is_seen_when_it_is_applied(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    plan = planned(desk, selected(*(one.id for one in staff)), "suspend")
    console.give(staff[0], Role.LEADER)
    answer = desk.follow(confirmed(desk, plan))
    assert WHY_NOT in answer.text
    assert numbers(desk, plan) == ["2", "0", "1"]
    confirmed(desk, plan, revision=2)
    assert status_of(console, staff[0].id) is AccountStatus.PENDING
    assert status_of(console, staff[1].id) is AccountStatus.SUSPENDED


def test_an_administrators_plan_is_not_applied_by_hr_as_it_was_made(
    console: ConsoleWorld, desk: Browser
) -> None:
    administrator, holder = console.holder(Role.ADMINISTRATOR), console.holder(Role.IT)
    browser = console.browser(administrator)
    plan = planned(browser, selected(holder.id), "suspend")
    assert numbers(browser, plan) == ["1", "0", "0"]
    confirmed(desk, plan)
    assert status_of(console, holder.id) is AccountStatus.ACTIVE
    assert WHY_NOT in desk.get(plan).text
    plan = planned(browser, selected(holder.id), "suspend")
    confirmed(browser, plan)
    assert status_of(console, holder.id) is AccountStatus.SUSPENDED
