"""Somebody of HR at the plans, and people to plan for."""

import re
from uuid import UUID

import httpx
import pytest

from identity.accounts.models import Account, AccountStatus
from identity.accounts.queries import get_account
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser, Member

PATH = "/quan-tri/hang-loat"
WHY = {"reason": "theo kế hoạch", "document_number": "9/KH"}


@pytest.fixture
def holder(console: ConsoleWorld) -> Member:
    return console.holder(Role.HR)


@pytest.fixture
def desk(console: ConsoleWorld, holder: Member) -> Browser:
    return console.browser(holder)


@pytest.fixture
def staff(console: ConsoleWorld) -> list[Account]:
    province = console.sign_on.province
    organisation = province.organisation("Sở Nội vụ")
    return [province.account(province.person(organisation, "Lò Văn Thử")) for _ in range(3)]


def selected(*ids: UUID) -> str:
    return f"{PATH}/moi?" + "&".join(f"account={one}" for one in ids)


def planned(desk: Browser, address: str, action: str, **more: str) -> str:
    answer = desk.post(address, {**WHY, "action": action, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def confirmed(desk: Browser, plan: str, number: str = "", revision: int = 1) -> httpx.Response:
    return desk.post(f"{plan}/ap-dung", {"revision": str(revision), "number": number})


def numbers(desk: Browser, plan: str) -> list[str]:
    """Of accounts to change, with nothing to do, and refused."""
    page = desk.get(plan).text
    return re.findall(r'<a href="\?verdict=[a-z]+">([^<]+)</a>', page)


def status_of(console: ConsoleWorld, account_id: UUID) -> AccountStatus:
    with console.sign_on.services.database.transaction() as session:
        return get_account(session, account_id).status
