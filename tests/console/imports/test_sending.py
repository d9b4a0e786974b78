"""A list is sent, kept and checked by the worker; what is wrong with a file stands on the page."""

from pathlib import Path

import pytest

from identity.hr_import.kinds import SheetKind
from identity.hr_import.parsing import parse_table
from identity.hr_import.reader import read_table
from identity.roles.models import Role
from tests.console.imports.conftest import PATH, Wizard
from tests.support.clock import MovableClock
from tests.support.console import ConsoleWorld
from tests.support.registry import TODAY, people_row, workbook

GOOD = people_row(1, code="H03.77")
CHECKOUT = Path(__file__).parents[3]


def test_who_has_sent_nothing_is_told_what_is_understood(wizard: Wizard) -> None:
    page = wizard.page(PATH)
    assert "Chưa có danh sách nào" in page
    for kind in SheetKind:
        assert f"{PATH}/mau/{kind.value}" in page


@pytest.mark.parametrize("kind", list(SheetKind))
def test_a_template_is_read_as_what_it_is_for(wizard: Wizard, kind: SheetKind) -> None:
    content = wizard.browser.get(f"{PATH}/mau/{kind.value}").content
    table = read_table(content, "mau.xlsx")
    sheet = table.sheets[0]
    sheet.rows.append(tuple(f"x{number}" for number in range(len(sheet.rows[0]))))
    assert parse_table(table, today=TODAY).kind is kind


def test_a_list_waits_for_the_worker_and_then_for_somebody_to_confirm_it(wizard: Wizard) -> None:
    address = wizard.send(workbook(GOOD)).headers["Location"]
    page = wizard.page(address)
    assert "Đang chờ đến lượt xử lý" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    wizard.work()
    page = wizard.page(address)
    assert "Xem và xác nhận" in page
    assert "http-equiv" not in page
    listed = wizard.page(PATH)
    assert listed.index("Chờ xác nhận") < listed.index("danh-sach.xlsx")


def test_a_worker_that_is_down_is_spoken_of(wizard: Wizard, clock: MovableClock) -> None:
    address = wizard.send(workbook(GOOD)).headers["Location"]
    assert "chưa nhận việc" not in wizard.page(address)
    clock.pass_seconds(30)
    assert "chưa nhận việc" in wizard.page(address)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"", "không có dữ liệu"),
        ("a.pdf", b"%PDF-1.7", "tệp PDF"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "Office kiểu cũ"),
        ("a.xlsm", b"PK\x03\x04", "chứa macro"),
        ("a.xlsx", b"<html><script>alert(1)</script>", "trang HTML"),
        ("<b>a</b>.exe", b"MZ", "tệp chương trình"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_at_once(
    wizard: Wizard, name: str, content: bytes, said: str
) -> None:
    answer = wizard.send(content, name, reason="đợt tuyển dụng")
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="đợt tuyển dụng"' in answer.text
    assert "<b>" not in answer.text


def test_nothing_chosen_and_nothing_said_is_said(wizard: Wizard) -> None:
    answer = wizard.browser.post(f"{PATH}/moi", {"as_of": "2026-02-30", "reason": "x"})
    assert answer.status_code == 422
    for said in ("Hãy chọn một tệp", "Ngày không có thật", "Hãy ghi lý do"):
        assert said in answer.text
    assert 'value="2026-02-30"' in answer.text


def test_a_broken_workbook_leaves_a_page_that_says_why(wizard: Wizard) -> None:
    page = wizard.page(wizard.planned(b"PK\x03\x04" + b"x" * 500))
    assert "Không đọc được tệp" in page
    assert "Tệp bị hỏng" in page


def test_the_examples_of_the_documentation_are_understood(wizard: Wizard) -> None:
    file = CHECKOUT / "docs" / "examples" / "new-staff.csv"
    page = wizard.page(wizard.planned(file.read_bytes(), file.name))
    assert "Không có đơn vị này" in page
    file = CHECKOUT / "sample" / "bac-kan" / "organisations.csv"
    page = wizard.page(wizard.planned(file.read_bytes(), file.name))
    assert "Danh sách cơ quan, đơn vị" in page
    assert "Xem và xác nhận" in page


def test_others_may_not(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.IT))
    assert browser.get(PATH).status_code == 403
