"""HR meets accounts of people with roles: nothing that would make HR one of them."""

from uuid import UUID

import pytest

from console.accounts.actions import Action
from identity.accounts.models import Account, AccountStatus
from identity.accounts.queries import get_account
from identity.accounts.service import suspend_account
from identity.people.queries import get_person
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, DOMAIN, NOW
from tests.support.sign_on import Browser

PATH = "/quan-tri/tai-khoan"
WHY = {"reason": "theo đề nghị"}
FOR_EVERYBODY = {Action.QUOTA}
REFUSED = "đang có vai trò trong hệ thống"


@pytest.fixture
def desk(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.HR))


def present(console: ConsoleWorld, account_id: UUID) -> Account:
    with console.sign_on.services.database.transaction() as session:
        return get_account(session, account_id)


def pending(console: ConsoleWorld, role: Role) -> Account:
    province = console.sign_on.province
    account = province.account(province.person(province.organisation(), "Lê Văn Chờ"))
    console.give(account, role)
    return account


def fields(account: Account) -> dict[str, str]:
    typed = {"confirmation": account.login, "local_part": "khac", "domain": DOMAIN}
    return {**WHY, **typed, "gigabytes": "2"}


@pytest.mark.parametrize("role", list(Role))
def test_hr_can_do_nothing_but_give_room_to_an_account_with_a_role(
    console: ConsoleWorld, desk: Browser, role: Role
) -> None:
    active, waiting = console.holder(role).id, pending(console, role).id
    locked = console.holder(role).id
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, locked, now=NOW, basis=BASIS)
    for account_id in (active, waiting, locked):
        before = present(console, account_id)
        page = desk.get(f"{PATH}/{account_id}").text
        for action in Action:
            address = f"{PATH}/{account_id}/{action.value}"
            assert (f'href="{address}"' in page) == (action in FOR_EVERYBODY), action
            answer = desk.post(address, fields(before))
            assert (answer.status_code == 422) == (action not in FOR_EVERYBODY), action
            if action is not Action.LETTER or account_id == waiting:  # others get none from anybody
                assert (REFUSED in answer.text) == (action not in FOR_EVERYBODY), action
            assert "once-code" not in answer.text
        after = present(console, account_id)
        assert (after.status, after.password_must_change) == (before.status, False)


def test_an_administrator_may_but_not_with_their_own_account(console: ConsoleWorld) -> None:
    own = console.holder(Role.ADMINISTRATOR)
    console.holder(Role.ADMINISTRATOR)
    browser, other = console.browser(own), console.holder(Role.HR)
    assert f"{other.id}/tam-khoa" in browser.get(f"{PATH}/{other.id}").text
    assert "once-code" in browser.post(f"{PATH}/{other.id}/dat-lai-mat-khau", WHY).text
    page = browser.get(f"{PATH}/{own.id}").text
    for action in (Action.SUSPEND, Action.CLOSE, Action.RESET):
        address = f"{PATH}/{own.id}/{action.value}"
        assert f'href="{address}"' not in page
        answer = browser.post(address, fields(own.account))
        assert answer.status_code == 422
        assert "của chính mình" in answer.text
    assert present(console, own.id).status is AccountStatus.ACTIVE


def test_hr_changes_neither_recovery_address_nor_telephone_of_a_holder(
    console: ConsoleWorld, desk: Browser
) -> None:
    holder = console.holder(Role.ADMINISTRATOR)
    address = f"/quan-tri/can-bo/{holder.account.person_id}"
    for name, value in (("recovery_email", "hr@example.org"), ("phone", "0987654321")):
        with console.sign_on.services.database.transaction() as session:
            row = get_person(session, holder.account.person_id or holder.id)
        known = {"full_name": row.full_name, "staff_number": row.staff_number or ""}
        born = row.birth_date.isoformat() if row.birth_date else ""
        typed = {**known, "birth_date": born, "version": str(row.version), **WHY, name: value}
        answer = desk.post(f"{address}/sua", typed)
        assert answer.status_code == 422
        assert REFUSED in answer.text
        assert value in answer.text  # what was typed stays


def test_hr_prints_no_letter_for_somebody_with_a_role(console: ConsoleWorld, desk: Browser) -> None:
    account = pending(console, Role.IT)
    address = f"/quan-tri/can-bo/{account.person_id}"
    assert "thu-kich-hoat" not in desk.get(address).text
    answer = desk.post(f"{address}/thu-kich-hoat", WHY)
    assert answer.status_code == 403
    assert REFUSED in answer.text
