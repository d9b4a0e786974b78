"""What staff see of their own mailbox."""

from datetime import date, timedelta

from sqlalchemy import insert

from identity.accounts.models import AccountKind, Custodian
from identity.accounts.service import AccountForm, create_account
from identity.roles.models import Role
from kernel.clock import office_day
from mail_admin.usage.models import UsageMonth
from mail_admin.usage.partitions import Partitions
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser, Member

TODAY = office_day(NOW)


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
    row = page[page.index("<tbody>") :]
    assert [cell.partition("</td>")[0] for cell in row.split("<td>")[1:5]] == [
        f"{TODAY:%m/%Y}",
        "3",
        "5",
        "1.234",
    ]


def test_a_mailbox_that_nobody_used_says_so(console: ConsoleWorld) -> None:
    page = signed_in(console, console.sign_on.member()).get("/tai-khoan/hop-thu?lang=en").text
    assert "No use was seen in the last three months." in page


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
    page = signed_in(console, member).get("/tai-khoan/hop-thu").text
    assert "Văn thư Sở Nội vụ" in page


def test_only_who_has_a_role_is_led_to_the_console(console: ConsoleWorld) -> None:
    plain, holder = console.sign_on.member(), console.holder(Role.LEADER)
    assert 'href="/quan-tri"' not in signed_in(console, plain).get("/tai-khoan").text
    assert 'href="/quan-tri"' in signed_in(console, holder).get("/tai-khoan").text
