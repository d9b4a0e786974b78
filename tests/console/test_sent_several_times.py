"""A form that is sent several times makes one thing, and every answer leads to it."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from identity.accounts.models import Custodian
from identity.accounts.provisioning import open_organisation_account
from identity.bulk.models import BulkPlan
from identity.hr_import.models import ImportPlan
from identity.organisations.models import Organisation
from identity.people.models import Appointment, Leave, Person
from identity.roles.models import Role
from kernel.audit import AuditRecord
from kernel.database import Base
from mail_admin.mailboxes.handover_models import Handover
from sso.clients.models import ClientRow
from tests.console.bulk.conftest import confirmed
from tests.console.clients.test_registering import FORM as SYSTEM
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW, people_row, workbook
from tests.support.sign_on import Browser

PEOPLE = "/quan-tri/can-bo"
TIMES = 3
WHY = {"reason": "theo kế hoạch", "document_number": "9/KH"}
Form = dict[str, Any]


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.ADMINISTRATOR))


def keyed(browser: Browser, page: str, form: Mapping[str, Any]) -> Form:
    found = re.search(r'name="once" value="([^"]+)"', browser.get(page).text)
    assert found is not None
    return {**form, **WHY, "once": found[1]}


def at_once(browser: Browser, address: str, form: Form, **more: Any) -> list[httpx.Response]:
    ready = Barrier(TIMES)

    def send(_: int) -> httpx.Response:
        ready.wait()
        return browser.post(address, form, **more)

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(send, range(TIMES)))


def count(console: ConsoleWorld, kind: type[Base]) -> int:
    with console.sign_on.services.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_everything_that_is_made(console: ConsoleWorld, browser: Browser) -> None:
    province = console.sign_on.province
    office = province.organisation("Sở Ngoại vụ", code="H03.77", mail_stem="sngv")
    person = province.person(office, "Lò Văn Thử")
    account = province.account(person)
    other = province.account(province.person(office, "Trần Thị Nhận"))
    one = f"{PEOPLE}/{person.id}"
    post = {
        "organisation_id": str(province.organisation("Sở Nội vụ").id),
        "position": "Chuyên viên",
        "valid_from": "2026-11-23",
    }
    entered = {"full_name": "Đặng Thị Ửng", "staff_number": "BK900001", "birth_date": "06/05/1990"}
    version = re.search(r'name="version" value="(\d+)"', browser.get(f"{one}/kiem-nhiem").text)
    assert version is not None
    unit = {"kind": "unit", "name": "Trung tâm Lưu trữ", "parent_id": str(office.id)}
    cases: list[tuple[type[Base], str, Form]] = [
        (Person, f"{PEOPLE}/them", entered | post),
        (Person, f"{PEOPLE}/them", {"full_name": "Đặng Thị Ửng"} | post),  # no number is taken
        (Appointment, f"{one}/kiem-nhiem", post | {"version": version[1]}),
        (Leave, f"{one}/nghi", {"kind": "study", "valid_from": "2027-01-04"}),
        (Organisation, "/quan-tri/co-quan/them", unit | {"effective_on": "2026-11-01"}),
        (BulkPlan, f"/quan-tri/hang-loat/moi?account={account.id}", {"action": "suspend"}),
        (BulkPlan, f"/quan-tri/hang-loat/dieu-dong?account={account.id}", post),
    ]
    mailbox = f"/quan-tri/tai-khoan/{shared_mailbox(console, office)}"
    given = {"login": account.login, "day": "2026-12-01"}
    cases = [
        (Custodian, f"{mailbox}/quan-ly/them?login={account.login}", given),
        (Handover, f"{mailbox}/ban-giao?login={account.login}", given | {"login": other.login}),
        *cases,
    ]
    for kind, address, form in cases:
        before, sent = count(console, kind), keyed(browser, address, form)
        answers = [*at_once(browser, address, sent), browser.post(address, sent)]
        assert [one.status_code for one in answers] == [303] * (TIMES + 1), answers[-1].text
        (place,) = {one.headers["Location"] for one in answers}
        assert browser.get(place).status_code == 200
        assert count(console, kind) == before + 1, address
    undo_several_times(console, browser, place.partition("?")[0])


def shared_mailbox(console: ConsoleWorld, office: Organisation) -> UUID:
    with console.sign_on.services.database.transaction() as session:
        account = open_organisation_account(
            session,
            console.sign_on.officer,
            office.id,
            stem="vanthu.sngv",
            purpose="clerical",
            display_name="Văn thư Sở Ngoại vụ",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )
    return account.id


def undo_several_times(console: ConsoleWorld, browser: Browser, plan: str) -> None:
    assert confirmed(browser, plan).status_code == 303
    before, sent = count(console, BulkPlan), keyed(browser, plan, {})
    answers = at_once(browser, f"{plan}/hoan-tac", sent)
    assert len({one.headers["Location"] for one in answers}) == 1
    assert count(console, BulkPlan) == before + 1


def test_a_system_whose_secret_is_in_one_answer(console: ConsoleWorld, browser: Browser) -> None:
    page = "/quan-tri/them-he-thong"
    answers = at_once(browser, page, keyed(browser, f"{page}?loai=web", SYSTEM))
    assert sorted(one.status_code for one in answers) == [200, 303, 303]
    (place,) = {one.headers["Location"] for one in answers if one.is_redirect}
    assert "gửi hai lần" in browser.get(place).text
    with console.sign_on.services.database.transaction() as session:
        made = select(ClientRow.id).where(ClientRow.client_id == SYSTEM["client_id"])
        audited = select(AuditRecord).where(AuditRecord.subject_id == made.scalar_subquery())
        assert len(session.scalars(audited).all()) == 1


def test_a_list_is_told_apart_by_what_is_in_its_file(
    console: ConsoleWorld, browser: Browser
) -> None:
    page = "/quan-tri/nhap-danh-sach/moi"
    form = keyed(browser, page, {"as_of": "2026-11-23"})
    for number in (1, 2):
        files = {"file": ("moi.xlsx", workbook(people_row(number)))}
        assert (
            len({one.headers["Location"] for one in at_once(browser, page, form, files=files)}) == 1
        )
        assert count(console, ImportPlan) == number


def test_another_form_of_the_same_page_makes_another(
    console: ConsoleWorld, browser: Browser
) -> None:
    """As after going back; what is wrong is told each time, and nothing made for it."""
    office = console.sign_on.province.organisation("Sở Ngoại vụ", code="H03.77", mail_stem="sngv")
    form = keyed(
        browser,
        f"{PEOPLE}/them",
        {"organisation_id": str(office.id), "valid_from": "2026-11-23", "full_name": "Lò Văn Thử"},
    )
    before = count(console, Person)
    wrong = form | {"birth_date": "31/02/1990"}
    answers = at_once(browser, f"{PEOPLE}/them", wrong)
    assert [one.status_code for one in answers] == [422] * TIMES
    assert count(console, Person) == before
    for name in ("Lò Văn Thử", "Lò Văn Thứ"):
        assert browser.post(f"{PEOPLE}/them", form | {"full_name": name}).status_code == 303
    assert count(console, Person) == before + 2
