"""What staff see of their own mailbox."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from identity.accounts.models import AccountKind, Custodian
from identity.accounts.service import AccountForm, change_quota, create_account
from identity.roles.models import Role
from kernel.clock import office_day
from mail_admin.usage.models import UsageMonth
from mail_admin.usage.partitions import Partitions
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser, Member

TODAY = office_day(NOW)
MAILBOX = "/tai-khoan/hop-thu"


def used(console: ConsoleWorld, member: Member, **counts: int) -> None:
    values = {
        "web_sign_ins": 0,
        "program_sign_ins": 0,
        "service_sign_ins": 0,
        "failed_sign_ins": 0,
        "sent": 0,
        "sent_outside": 0,
        "delivered": 0,
        "read": 0,
        "web_days": 0,
        "program_days": 0,
        "sent_days": 0,
        "read_days": 0,
    } | counts
    database, month = console.sign_on.services.database, TODAY.replace(day=1)
    Partitions(database).ensure([month])
    with database.transaction() as session:
        row = {"month": month, "account_id": member.id} | values
        session.execute(insert(UsageMonth).values(**row))


def signed_in(console: ConsoleWorld, member: Member) -> Browser:
    browser = console.sign_on.browser()
    browser.sign_in(member)
    return browser


def test_days_of_use_are_those_that_the_strict_definition_counts(console: ConsoleWorld) -> None:
    member = console.sign_on.member()
    used(console, member, web_days=0b101, read_days=0b110, program_days=0b11111, sent=1234)
    page = signed_in(console, member).get("/tai-khoan/hop-thu").text
    row = page[page.index("<tbody>") :].partition("</tr>")[0]
    assert f'<th scope="row">{TODAY:%m/%Y}</th>' in row
    assert "Có hoạt động" in row
    assert "dùng 3 ngày" in row
    assert re.findall(r'<td class="number"[^>]*>([^<]*)<', row) == ["3", "5", "1.234", "0"]


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({}, "không ghi nhận lần dùng nào"),
        ({"program_days": 0b1}, "chỉ có phần mềm, điện thoại tự kiểm tra thư"),
    ],
)
def test_why_a_month_does_not_count_is_said(
    console: ConsoleWorld, days: dict[str, int], why: str
) -> None:
    member = console.sign_on.member()
    used(console, member, **days)
    row = signed_in(console, member).get(MAILBOX).text.partition("<tbody>")[2].partition("</tr>")[0]
    assert why in row
    assert "Có hoạt động" not in row


def test_how_full_it_is_is_shown_against_the_quota(console: ConsoleWorld) -> None:
    member = console.sign_on.member()
    used(console, member, stored_bytes=3 * 1024**3)
    with console.sign_on.services.database.transaction() as session:
        change_quota(session, console.sign_on.officer, member.id, 3 * 1024**3, basis=BASIS)
    page = signed_in(console, member).get(MAILBOX).text
    assert "3 GB / 3 GB" in page
    assert "Hộp thư sắp đầy" in page


def test_a_mailbox_that_nobody_used_says_so(console: ConsoleWorld) -> None:
    page = signed_in(console, console.sign_on.member()).get(f"{MAILBOX}?lang=en").text
    assert "no use was seen" in page


def test_who_looks_after_an_organisation_sees_its_mailbox_too(console: ConsoleWorld) -> None:
    member = console.sign_on.member()
    organisation = console.sign_on.province.organisation("Sở Nội vụ")
    with console.sign_on.services.database.transaction() as session:
        account = create_account(
            session,
            console.sign_on.officer,
            AccountForm(
                AccountKind.ORGANISATION,
                "vanthu.snv",
                "Văn thư Sở Nội vụ",
                organisation_id=organisation.id,
            ),
            now=NOW,
            basis=BASIS,
        )
        session.add(
            Custodian(
                account_id=account.id,
                person_id=member.account.person_id,
                valid_from=date(2020, 1, 1),
                valid_to=TODAY + timedelta(days=1),
            )
        )
    browser = signed_in(console, member)
    assert "Văn thư Sở Nội vụ" in browser.get(MAILBOX).text
    about_me = browser.get("/tai-khoan/toi").text
    assert "Văn thư Sở Nội vụ" in about_me
    assert f"Từ ngày 01/01/2020 đến trước ngày {TODAY + timedelta(days=1):%d/%m/%Y}" in about_me


def test_only_who_has_a_role_is_led_to_the_console(console: ConsoleWorld) -> None:
    plain, holder = console.sign_on.member(), console.holder(Role.LEADER)
    assert 'href="/quan-tri"' not in signed_in(console, plain).get("/tai-khoan").text
    assert 'href="/quan-tri"' in signed_in(console, holder).get("/tai-khoan").text
