"""The list of people: found as one types, narrowed by the address, handed on and exported."""

import io
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select

from identity.people.service import AppointmentForm, appoint
from identity.roles.models import Role
from kernel.audit import AuditRecord
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, TODAY

LIST = "/quan-tri/can-bo"
TYPING = {"HX-Request": "true", "HX-Target": "results"}


def test_a_name_is_found_without_tone_marks(console: ConsoleWorld) -> None:
    console.sign_on.member("Đặng Thị Ửng")
    browser = console.browser(console.holder(Role.HR))
    page = browser.get(f"{LIST}?q=dang thi ung")
    assert "Đặng Thị Ửng" in page.text
    assert "Trần Văn Bình</a>" not in page.text


def test_who_types_gets_the_results_alone(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    part = browser.get(f"{LIST}?q=tran", headers=TYPING)
    assert part.text.lstrip().startswith('<div id="results">')
    assert "Trần Văn Bình" in part.text


def test_an_agency_code_narrows_to_its_people(console: ConsoleWorld) -> None:
    province = console.sign_on.province
    office = province.organisation("Sở Tài chính", code="H03.77")
    console.sign_on.member("Lò Văn Ơn", organisation=office)
    browser = console.browser(console.holder(Role.HR))
    page = browser.follow(browser.get(f"{LIST}?unit=H03.77"))
    assert f"under={office.id}" in str(page.url)
    assert "Lò Văn Ơn" in page.text
    assert "Trần Văn Bình</a>" not in page.text


def test_a_word_of_several_names_offers_a_choice(console: ConsoleWorld) -> None:
    province = console.sign_on.province
    offices = [province.organisation(name) for name in ("Sở Y tế", "Trạm Y tế xã Bình Trung")]
    page = console.browser(console.holder(Role.HR)).get(f"{LIST}?unit=y te")
    assert all(f"under={office.id}" in page.text for office in offices)


@pytest.mark.parametrize(
    "query",
    [
        "status=rac",
        "post=rac",
        "under=rac",
        f"under={UUID(int=1)}",
        "unit=rac",
        "q=%00",
        "unit=y te",
    ],
)
def test_a_value_that_means_nothing_means_nobody(console: ConsoleWorld, query: str) -> None:
    """Nor is anything done to all, or exported, in its name."""
    for name in ("Sở Y tế", "Trạm Y tế xã Bình Trung"):
        console.sign_on.province.organisation(name)
    browser = console.browser(console.holder(Role.HR))
    page = browser.get(f"{LIST}?{query}").text
    assert "Trần Văn Bình</a>" not in page
    assert 'class="narrowed' in page  # says why
    assert "hang-loat/moi" not in page
    assert "danh-sach.xlsx" not in page
    for more in ("moi", "dieu-dong"):
        answer = browser.get(f"/quan-tri/hang-loat/{more}?tat-ca=can-bo&{query}")
        assert answer.status_code == 422, more
        assert "Chưa có gì được làm" in answer.text
    form = {"wanted": query.replace("y te", "y+te"), "reason": "báo cáo"}
    assert browser.post(f"{LIST}/danh-sach.xlsx", form).status_code == 422


@pytest.mark.parametrize(
    "query", ["tat-ca=zz", "tat-ca=1&post=nowhere", "tat-ca=can-bo&kind=personal&lang=vi"]
)
def test_all_of_a_list_that_is_none_is_nobody(console: ConsoleWorld, query: str) -> None:
    browser = console.browser(console.holder(Role.HR))
    assert browser.get(f"/quan-tri/hang-loat/moi?{query}").status_code == 422
    basis = {"reason": "theo kế hoạch", "action": "suspend"}
    assert browser.post(f"/quan-tri/hang-loat/moi?{query}", basis).status_code == 422


def test_an_export_of_what_is_no_query_is_refused(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    for wanted in ("zz", "kind=personal", "&".join(f"q={one}" for one in range(60))):
        form = {"wanted": wanted, "reason": "báo cáo"}
        assert browser.post(f"{LIST}/danh-sach.xlsx", form).status_code == 422


def test_people_without_account_or_appointment_are_found(console: ConsoleWorld) -> None:
    world = console.sign_on
    office = world.province.organisation()
    world.province.person(office, "Hà Thị Không")
    browser = console.browser(console.holder(Role.HR))
    assert "Hà Thị Không" in browser.get(f"{LIST}?status=none").text
    assert "Hà Thị Không" not in browser.get(f"{LIST}?status=active").text
    assert "Hà Thị Không" not in browser.get(f"{LIST}?post=nowhere").text


def test_concurrent_appointments_are_found(console: ConsoleWorld) -> None:
    world = console.sign_on
    person = world.province.person(world.province.organisation(), "Mã Văn Kiêm")
    other = world.province.organisation("Đảng ủy xã")
    with world.services.database.transaction() as session:
        form = AppointmentForm(other.id, "Ủy viên", is_primary=False)
        appoint(session, world.officer, person.id, form, valid_from=TODAY, basis=BASIS)
    page = console.browser(console.holder(Role.HR)).get(f"{LIST}?post=concurrent")
    assert "Mã Văn Kiêm" in page.text
    assert "Trần Văn Bình</a>" not in page.text


def test_columns_are_chosen_in_the_address(console: ConsoleWorld) -> None:
    page = console.browser(console.holder(Role.HR)).get(f"{LIST}?col=address&col=birth_date")
    assert "06/05/1980" in page.text
    assert "@backan.gov.vn" in page.text
    assert '<th scope="col">Số hiệu</th>' not in page.text


def test_the_filter_and_not_the_page_is_handed_to_actions_on_all(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    page = browser.get(f"{LIST}?q=tran&status=active&post=concurrent").text
    assert "tat-ca" not in page  # nobody
    page = browser.get(f"{LIST}?q=tran&status=active").text
    for field in ('name="tat-ca" value="can-bo"', 'name="q" value="tran"'):
        assert field in page
    address = "/quan-tri/hang-loat/moi?tat-ca=can-bo&q=tran&status=active&action=suspend"
    whole = browser.get(f"{address}&account={UUID(int=1)}")  # ticked before
    assert "Đã chọn 1 tài khoản" in whole.text
    assert '<option value="suspend" selected>' in whole.text
    assert "tat-ca" not in browser.get(f"{LIST}?status=none").text


def test_people_who_are_ticked_are_handed_over_by_their_accounts(console: ConsoleWorld) -> None:
    member = console.holder(Role.HR)
    browser = console.browser(member)
    assert f'name="account" value="{member.id}"' in browser.get(LIST).text
    page = browser.get("/quan-tri/hang-loat/moi", params={"account": str(member.id)})
    assert str(member.id) in page.text


def test_the_export_has_no_formula_and_no_citizen_number(console: ConsoleWorld) -> None:
    world = console.sign_on
    office = world.province.organisation('=HYPERLINK("http://x","y")')
    world.province.person(office, "Hà Văn Xuất", citizen_number="006080123456")
    browser = console.browser(console.holder(Role.HR))
    file = browser.post(f"{LIST}/danh-sach.xlsx", {"wanted": "q=xuat", "reason": "báo cáo"})
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(min_row=2)]
    assert [row[0].value for row in rows] == ["Hà Văn Xuất"]
    (place,) = [cell for cell in rows[0] if str(cell.value).startswith("=")]
    assert place.data_type == "s"
    assert b"006080123456" not in file.content
    with world.services.database.transaction() as session:
        found = select(AuditRecord).where(AuditRecord.tag == "person:list-exported")
        record = session.scalars(found).one()
    assert record.details == {"people": 1, "wanted": "q=xuat"}
    assert record.reason == "báo cáo"


def test_there_is_no_export_without_a_reason(console: ConsoleWorld) -> None:
    answer = console.browser(console.holder(Role.HR)).post(f"{LIST}/danh-sach.xlsx", {})
    assert answer.status_code == 422
