"""An organisation account passes on, and both sides sign for it."""

import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from identity.accounts.errors import AccountStateForbids
from identity.accounts.models import Account, Custodian
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.queries import custodians_in_force
from identity.accounts.service import add_custodian, change_quota
from kernel.audit import AuditRecord
from mail_admin.mailboxes.errors import HandoverNeedless, HandoverNotFound
from mail_admin.mailboxes.handover import get_handover, hand_over_account, list_handovers
from mail_admin.mailboxes.handover_models import Handover
from mail_admin.mailboxes.protocol import HandedAddress, Party, Protocol
from mail_admin.mailboxes.protocol_sheet import write_protocol
from tests.support.registry import BASIS, NOW, TODAY, Province


class Desk:
    """The clerical mailbox of a department."""

    def __init__(self, province: Province) -> None:
        self.province = province
        top = province.organisation("Ủy ban nhân dân tỉnh", mail_stem="ubnd")
        self.department = province.organisation("Sở Tài chính", mail_stem="stc", parent_id=top.id)
        with province.db.transaction() as session:
            self.account = open_organisation_account(
                session,
                province.officer,
                self.department.id,
                stem="vanthu.stc",
                purpose="clerical",
                display_name="Văn thư Sở Tài chính",
                quota_bytes=None,
                now=NOW,
                basis=BASIS,
            )
            change_quota(session, province.officer, self.account.id, 10 * 2**30, basis=BASIS)

    def person(self, name: str) -> UUID:
        return self.province.person(self.department, name, position="Văn thư").id

    def entrust(self, person_id: UUID, since: date) -> None:
        with self.province.db.transaction() as session:
            add_custodian(
                session,
                self.province.officer,
                self.account.id,
                person_id,
                valid_from=since,
                valid_to=None,
                basis=BASIS,
            )

    def hand_over(self, receiver: UUID, **more: Any) -> Handover:
        with self.province.db.transaction() as session:
            return hand_over_account(
                session,
                self.province.officer,
                more.pop("account_id", self.account.id),
                receiver,
                day=more.pop("day", TODAY),
                now=NOW,
                basis=BASIS,
            )

    def custodians(self, day: date) -> set[UUID]:
        with self.province.db.transaction() as session:
            statement = select(Custodian.person_id).where(
                Custodian.account_id == self.account.id, custodians_in_force(day)
            )
            return set(session.scalars(statement))


@pytest.fixture
def desk(province: Province) -> Desk:
    return Desk(province)


def test_the_receiver_begins_on_the_day_on_which_the_others_end(desk: Desk) -> None:
    before, helper, after = map(desk.person, ("Lường Văn Đức", "Bế Thị Phụ", "Lê Thị Mới"))
    for number, person_id in enumerate((before, helper)):
        desk.entrust(person_id, TODAY - timedelta(days=300 - number))
    day = TODAY + timedelta(days=3)
    row = desk.hand_over(after, day=day)
    assert desk.custodians(day - timedelta(days=1)) == {before, helper}
    assert desk.custodians(day) == {after}
    protocol = Protocol.model_validate(row.protocol)
    assert [party.name for party in protocol.givers] == ["Lường Văn Đức", "Bế Thị Phụ"]
    assert protocol.receiver == Party(
        name="Lê Thị Mới", position="Văn thư", organisation="Sở Tài chính"
    )
    assert (protocol.superior, protocol.organisation) == ("Ủy ban nhân dân tỉnh", "Sở Tài chính")
    assert protocol.addresses == [
        HandedAddress(address="vanthu.stc@backan.gov.vn", is_primary=True)
    ]
    assert (protocol.quota_bytes, protocol.stored_bytes) == (10 * 2**30, None)
    with desk.province.db.transaction() as session:
        tags = session.scalars(select(AuditRecord.tag).order_by(AuditRecord.id)).all()
        assert [found.id for found in list_handovers(session, desk.account.id)] == [row.id]
        with pytest.raises(HandoverNotFound):
            get_handover(session, after, row.id)
    assert tags[-4:] == [
        "account:custodian-ended",
        "account:custodian-ended",
        "account:custodian-added",
        "organisation-account:handed-over",
    ]


def test_somebody_among_several_can_become_the_only_one_and_no_more_than_that(desk: Desk) -> None:
    one, other = map(desk.person, ("Lường Văn Đức", "Bế Thị Phụ"))
    for person_id in (one, other):
        desk.entrust(person_id, TODAY - timedelta(days=3))
    desk.hand_over(other)
    assert desk.custodians(TODAY) == {other}
    with pytest.raises(HandoverNeedless):
        desk.hand_over(other)


def test_the_first_custodian_has_nobody_to_take_over_from(desk: Desk) -> None:
    row = desk.hand_over(desk.person("Lê Thị Mới"))
    assert row.protocol["givers"] == []


def test_personal_accounts_are_not_handed_over(desk: Desk) -> None:
    person = desk.province.person(desk.department)
    account: Account = desk.province.account(person)
    with pytest.raises(AccountStateForbids):
        desk.hand_over(person.id, account_id=account.id)


def printed(protocol: Protocol) -> list[str]:
    out = io.BytesIO()
    write_protocol(out, protocol, place_name="Bắc Kạn")
    return [" ".join(page.extract_text().split()) for page in PdfReader(out).pages]


PROTOCOL = Protocol(
    day=date(2027, 2, 3),
    superior="Ủy ban nhân dân tỉnh Bắc Kạn",
    organisation="Sở Tài chính",
    account_name="Văn thư Sở Tài chính",
    login="vanthu.stc",
    addresses=[
        HandedAddress(address="vanthu.stc@backan.gov.vn", is_primary=True),
        HandedAddress(address="vt.stc@backan.gov.vn", is_primary=False, until=date(2027, 5, 1)),
    ],
    quota_bytes=10 * 2**30,
    stored_bytes=512 * 2**20,
    givers=[Party(name="Lường Văn Đức", position="Văn thư", organisation="Sở Tài chính")],
    receiver=Party(name="Lê Thị Mới", position="Chuyên viên", organisation="Sở Tài chính"),
    reason="chuyển công tác",
    document_number="45/QĐ-STC",
    document_date=date(2027, 1, 20),
)


def test_the_protocol_has_what_the_decree_asks_for_and_what_is_handed_over() -> None:
    (page,) = printed(PROTOCOL)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN",
        "SỞ TÀI CHÍNH",
        "Bắc Kạn, ngày 03 tháng 02 năm 2027",
        "BIÊN BẢN",
        "văn bản số 45/QĐ-STC ngày 20 tháng 01 năm 2027",
        "vanthu.stc@backan.gov.vn",
        "nhận thư đến trước ngày 01/05/2027",
        "10,0 GB",
        "512,0 MB",
        "BÊN GIAO",
        "BÊN NHẬN",
    ):
        assert expected in page


def test_long_names_and_many_givers_push_the_signatures_to_another_page() -> None:
    giver = Party(name="Công Tằng Tôn Nữ " * 3, position="Phó Trưởng phòng phụ trách " * 4)
    pages = printed(
        PROTOCOL.model_copy(
            update={
                "givers": [giver] * 9,
                "organisation": "Ban Quản lý dự án đầu tư xây dựng công trình " * 4,
                "quota_bytes": None,
                "stored_bytes": None,
            }
        )
    )
    assert len(pages) == 2
    assert "THỦ TRƯỞNG ĐƠN VỊ" in pages[1]
    assert "không giới hạn" in pages[0]
