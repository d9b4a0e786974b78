"""The official request forms: open, change, suspend, revoke."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from identity.accounts.models import Account, AccountStatus
from identity.accounts.queries import find_account_of_person
from identity.addresses.models import Address, AddressRole
from identity.hr_import.errors import MassChangeStopped
from identity.hr_import.models import Verdict
from identity.hr_import.settings import ImportSettings
from kernel.audit import AuditRecord
from tests.support.registry import Importing, Province, people_row, workbook

FORM = (
    "Stt",
    "Họ và tên",
    "Chức vụ",
    "Đơn vị công tác",
    "Số điện thoại",
    "Đề nghị",
    "Số QĐ",
    "Ngày QĐ",
    "Địa chỉ thư điện tử",
)


def request(name: str, what: str, address: str | None = None) -> tuple[Any, ...]:
    unit, phone = "Sở Tài chính", "0912345678"
    return (1, name, "Chuyên viên", unit, phone, what, "45/QĐ-SNV", "01/11/2026", address)


@pytest.fixture
def office(province: Province, importing: Importing) -> Importing:
    province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    importing.run(workbook(*(people_row(n) for n in range(1, 4))))
    return importing


def status(office: Importing, login: str) -> AccountStatus:
    with office.db.transaction() as session:
        account = session.scalar(select(Account).where(Account.login == login))
    assert account is not None
    return account.status


def test_a_form_suspends_and_revokes_by_address_and_cites_the_decision(office: Importing) -> None:
    plan, rows = office.plan(
        workbook(
            request("Hoàng Thị Mai", "Tạm khóa", "maiht@backan.gov.vn"),
            request("Hoàng Thị Mai", "Thu hồi", "maiht.stc@backan.gov.vn"),
            header=FORM,
        )
    )
    assert plan.kind == "requests"
    assert [row.verdict for row in rows] == [Verdict.CHANGE, Verdict.CHANGE]
    office.apply(plan)
    assert status(office, "maiht") is AccountStatus.SUSPENDED
    assert status(office, "maiht.stc") is AccountStatus.CLOSED
    with office.db.transaction() as session:
        records = session.scalars(select(AuditRecord).where(AuditRecord.tag == "account:suspended"))
        assert [record.document_number for record in records] == ["45/QĐ-SNV"]


def test_namesakes_are_asked_about_never_guessed(office: Importing) -> None:
    content = workbook(request("Hoàng Thị Mai", "Thu hồi"), header=FORM)
    _, (row,) = office.plan(content)
    assert (row.verdict, row.reason) == (Verdict.REFUSE, "match_needs_confirmation")
    with office.db.transaction() as session:
        account = session.scalar(select(Account).where(Account.login == "maiht2"))
        assert account is not None
        assert account.person_id is not None
        assert find_account_of_person(session, account.person_id) is not None
    plan, (row,) = office.plan(content, confirmed={2: account.person_id})
    assert (row.verdict, row.subject_id) == (Verdict.CHANGE, account.id)
    office.apply(plan)
    assert status(office, "maiht2") is AccountStatus.CLOSED


def test_a_form_opens_an_account_for_somebody_new(office: Importing) -> None:
    rows = office.run(workbook(request("Lê Văn An", "Cấp mới"), header=FORM))
    assert [row.verdict for row in rows] == [Verdict.ACCEPT]
    assert status(office, "anlv") is AccountStatus.PENDING


def test_nobody_unknown_is_suspended_or_changed(office: Importing) -> None:
    _, rows = office.plan(
        workbook(
            request("Lê Văn An", "Tạm khóa"),
            request("Lê Văn Bình", "Thay đổi"),
            request("Lê Văn Cường", "nhảy múa"),
            header=FORM,
        )
    )
    assert [row.reason for row in rows] == ["person_unknown", "person_unknown", "request_unknown"]


def test_a_file_that_takes_many_accounts_away_stops_and_asks(
    office: Importing, importing: Importing
) -> None:
    importing.importer = type(office.importer)(
        office.importer.keys,
        office.importer.numbers,
        ImportSettings(mass_change_free=1),
        office.importer.mailboxes,
    )
    plan, _ = importing.plan(
        workbook(
            request("Hoàng Thị Mai", "Tạm khóa", "maiht@backan.gov.vn"),
            request("Hoàng Thị Mai", "Tạm khóa", "maiht.stc@backan.gov.vn"),
            header=FORM,
        )
    )
    with pytest.raises(MassChangeStopped):
        importing.apply(plan)
    assert status(office, "maiht") is AccountStatus.PENDING
    importing.apply(plan, mass_change_confirmed=True)
    assert status(office, "maiht") is AccountStatus.SUSPENDED


@pytest.mark.parametrize(
    ("name", "address", "reason"),
    [
        ("Hoàng Thị Mai", "maiht", None),
        ("Hoàng Thị Mai", " MAIHT@BacKan.gov.vn ", None),
        ("Lê Văn An", "maiht@backan.gov.vn", "address_conflict"),
        ("Lê Văn An", "maiht@example.vn", "person_unknown"),
    ],
)
def test_an_address_counts_with_its_domain_and_its_holder(
    office: Importing, name: str, address: str, reason: str | None
) -> None:
    _, (row,) = office.plan(workbook(request(name, "Tạm khóa", address), header=FORM))
    assert row.reason == reason
    assert row.column == {"address_conflict": "wanted_address", "person_unknown": "full_name"}.get(
        reason or ""
    )


@pytest.mark.parametrize(("staff", "reason"), [("CB00001", None), ("cb99999", "address_conflict")])
def test_a_staff_number_beside_an_address_must_be_the_holders(
    office: Importing, staff: str, reason: str | None
) -> None:
    header = (*FORM, "Số hiệu CBCCVC")
    row = (*request("Hoàng Thị Mai", "Tạm khóa", "maiht"), staff)
    _, (planned,) = office.plan(workbook(row, header=header))
    assert planned.reason == reason


def test_a_retired_address_points_at_nobody(office: Importing) -> None:
    with office.db.transaction() as session:
        retired = update(Address).where(Address.local_part == "maiht")
        session.execute(retired.values(role=AddressRole.RETIRED))
    _, (row,) = office.plan(workbook(request("Hoàng Thị Mai", "Thu hồi", "maiht"), header=FORM))
    assert row.reason == "match_needs_confirmation"


def test_the_second_row_about_an_account_repeats_or_contradicts_the_first(
    office: Importing,
) -> None:
    asked = ("Thu hồi", "Xóa", "Tạm khóa")
    _, rows = office.plan(
        workbook(*(request("Hoàng Thị Mai", what, "maiht") for what in asked), header=FORM)
    )
    assert [(row.verdict, row.reason) for row in rows] == [
        (Verdict.CHANGE, None),
        (Verdict.DUPLICATE, "duplicate_row"),
        (Verdict.REFUSE, "request_conflict"),
    ]


def test_only_somebody_proposed_can_be_confirmed(office: Importing, province: Province) -> None:
    stranger = province.person(province.organisation("Sở Nội vụ")).id
    content = workbook(request("Hoàng Thị Mai", "Thu hồi"), header=FORM)
    for answer in (stranger, uuid4()):
        _, (row,) = office.plan(content, confirmed={2: answer})
        assert (row.verdict, row.reason) == (Verdict.REFUSE, "match_unknown")


def test_a_closed_account_is_not_opened_again_by_request(office: Importing) -> None:
    office.run(workbook(request("Hoàng Thị Mai", "Thu hồi", "maiht"), header=FORM))
    header = (*FORM, "Số hiệu CBCCVC")
    row = (*request("Hoàng Thị Mai", "Cấp mới"), "CB00001")
    _, (planned,) = office.plan(workbook(row, header=header))
    assert (planned.verdict, planned.reason) == (Verdict.REFUSE, "account_closed")
    _, (listed,) = office.plan(workbook(people_row(1)))
    assert listed.verdict is Verdict.UNCHANGED
    assert [note["code"] for note in listed.notes] == ["account_closed"]
