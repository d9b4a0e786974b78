"""The grid: errors at their cell, retyped cells, questions answered."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from console.imports.labels import REASONS
from entrypoints.reference.refusals import reasons
from identity.organisations.models import Organisation
from identity.people.models import Person
from kernel.audit import AuditRecord
from tests.console.imports.conftest import Wizard
from tests.support.console import ConsoleWorld
from tests.support.registry import people_row, workbook

GOOD = people_row(1, code="H03.77")
BAD = people_row(2, code="H03.77", name="Bàn Văn Phúc", citizen="60940004")


def test_an_error_stands_at_its_cell_with_what_was_typed(wizard: Wizard) -> None:
    page = wizard.page(wizard.planned(workbook(GOOD, BAD)))
    assert 'name="o-1-citizen_number" value="60940004"' in page
    assert "phải có đúng 12 chữ số" in page
    assert "Hoàng Thị Mai" not in page  # of what is refused, at first
    assert 'name="o-1-full_name"' not in page


def test_a_column_with_an_error_stands_beside_the_name_and_is_named(wizard: Wizard) -> None:
    page = wizard.page(wizard.planned(workbook(GOOD, BAD)))
    heads = re.findall('<th scope="col">([^<]*)</th>', page[page.index("sheet-rows") :])
    wrong = re.search('<span class="sub">Cột: ([^<]*)</span>', page)
    assert wrong
    assert heads[:2] == ["Dòng", "Kết quả"]
    assert heads[3] == wrong[1]


WORSE = people_row(3, code="H03.78", name="Triệu Thị Mến", birth="30/02/1990", citizen="60940004")


def test_everything_wrong_with_a_row_stands_at_its_cell_and_is_mended_at_once(
    wizard: Wizard,
) -> None:
    address = wizard.planned(workbook(GOOD, WORSE))
    page = wizard.page(address)
    row = page[page.index('id="dong-1"') :]
    told = dict(re.findall(r'<p class="fault" id="loi-1-(\w+)">([^<]+)</p>', row))
    assert "H03.78" in told["organisation_code"]
    assert "12 chữ số" in told["citizen_number"]
    assert "là ngày có thật" in told["birth_date"]
    assert len(told) == 3
    assert all(f'aria-describedby="loi-1-{column}"' in row for column in told)
    assert "Cột: Ngày sinh, Số CCCD, Mã định danh đơn vị" in row
    for label in ("Ngày sinh không hợp lệ", "Số CCCD không hợp lệ", "Không có đơn vị này"):
        assert f'<span class="sub strong">{label}</span>' in row
    reasons = re.search('aria-label="Lý do từ chối">(.*?)</nav>', page, re.DOTALL)
    assert reasons
    assert reasons[1].count("<a ") == 2  # the row counts once, under the first of its reasons
    mended = {
        "o-1-birth_date": "28/02/1990",
        "o-1-citizen_number": "006190000418",
        "o-1-organisation_code": "H03.77",
    }
    assert wizard.correct(address, mended).status_code == 303
    wizard.work()
    assert wizard.page(address).count("Bị từ chối") == 1  # the figure alone


def test_what_is_not_wrong_and_private_is_masked(wizard: Wizard) -> None:
    page = wizard.page(wizard.planned(workbook(GOOD, BAD)) + "?verdict=all")
    assert "006185000001" not in page
    assert "•••001" in page


def test_a_row_is_opened_whole_and_that_is_noted(wizard: Wizard, console: ConsoleWorld) -> None:
    page = wizard.page(wizard.planned(workbook(GOOD, BAD)) + "?opened=1")
    assert 'name="o-1-full_name" value="Bàn Văn Phúc"' in page
    with console.sign_on.services.database.transaction() as session:
        shown = select(AuditRecord).where(AuditRecord.tag == "import:row-shown")
        assert session.scalars(shown).one().details == {"position": 1}


def test_a_retyped_cell_mends_the_row(wizard: Wizard, console: ConsoleWorld) -> None:
    address = wizard.planned(workbook(GOOD, BAD))
    answer = wizard.correct(address, {"o-1-citizen_number": "006094000418"})
    assert answer.headers["Location"] == address
    wizard.work()
    page = wizard.page(address)
    assert "60940004" not in page
    assert "Bàn Văn Phúc" in page
    with console.sign_on.services.database.transaction() as session:
        note = session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "import:corrected")
        ).one()
        assert "006094000418" not in str(note.details)
    assert wizard.confirm(address, revision=1).status_code == 409
    assert wizard.confirm(address, revision=2).status_code == 303


def test_corrections_add_up(wizard: Wizard) -> None:
    other = people_row(3, code="H03.77", name="Lý Thị Hoa", birth="30/02/1990")
    address = wizard.planned(workbook(BAD, other))
    wizard.correct(address, {"o-0-citizen_number": "006094000418"})
    wizard.work()
    wizard.correct(address, {"o-1-birth_date": "28/02/1990"}, revision=2)
    wizard.work()
    assert "Xem và xác nhận" in wizard.page(address)
    assert wizard.page(address).count("Bị từ chối") == 1  # the figure alone


def test_corrections_of_several_pages_are_kept_and_checked_once(wizard: Wizard) -> None:
    rows = [people_row(n, code="H03.77", birth="30/02/1990") for n in range(1, 53)]
    address = wizard.planned(workbook(*rows))
    page = wizard.page(address)
    (after,) = set(re.findall(r'name="keep" value="(\d+)"', page))
    answer = wizard.correct(address, {"o-0-birth_date": "28/02/1990", "keep": after})
    assert answer.headers["Location"] == f"{address}?after={after}"
    assert "1 chỗ đã sửa được giữ lại" in wizard.page(answer.headers["Location"])
    wizard.correct(address, {"o-51-birth_date": "27/02/1990", "keep": ""})
    page = wizard.page(address)
    assert "2 chỗ đã sửa được giữ lại" in page
    assert 'value="28/02/1990"' in page
    assert "chưa kiểm tra" in wizard.page(f"{address}/xac-nhan")
    refused = wizard.confirm(address)
    assert refused.status_code == 409
    assert "hãy kiểm tra lại cả tệp" in refused.text
    assert wizard.correct(address, {}).status_code == 303
    wizard.work()
    page = wizard.page(address)
    assert "được giữ lại" not in page
    figures = dict(re.findall(r'verdict=(\w+)">([\d.]+)</a>', page))
    assert (figures["refuse"], figures["accept"]) == ("50", "2")


def test_what_was_kept_is_dropped_on_demand(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD, BAD))
    wizard.correct(address, {"o-1-citizen_number": "006094000418", "keep": ""})
    assert "006094000418" in wizard.page(address)
    assert wizard.correct(address, {"drop": "1"}).status_code == 303
    page = wizard.page(address)
    assert "006094000418" not in page
    assert 'value="60940004"' in page
    assert wizard.confirm(address).status_code == 303
    late = wizard.correct(address, {"o-1-citizen_number": "006094000418", "keep": ""})
    assert late.status_code == 409


def test_nothing_retyped_is_said(wizard: Wizard) -> None:
    address = wizard.planned(workbook(BAD))
    answer = wizard.correct(address, {"o-0-citizen_number": "60940004", "o-9-sex": "x"})
    assert answer.status_code == 422
    assert "Chưa có ô nào được sửa" in answer.text


def test_cells_of_accepted_rows_and_of_no_column_stay(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD, BAD))
    answer = wizard.correct(address, {"o-0-full_name": "Khác", "o-1-nothing": "x", "o--1-a": "b"})
    assert answer.status_code == 422


def test_two_who_correct_at_once_do_not_overwrite_each_other(wizard: Wizard) -> None:
    address = wizard.planned(workbook(BAD))
    wizard.correct(address, {"o-0-citizen_number": "006094000418"})
    wizard.work()
    answer = wizard.correct(address, {"o-0-citizen_number": "006094000419"})
    assert answer.status_code == 409
    assert "kiểm tra lại từ lúc bạn mở trang" in answer.text


@pytest.fixture
def namesake(console: ConsoleWorld, finance: Organisation) -> Person:
    return console.sign_on.province.person(finance, "Hoàng Thị Mai", citizen_number=None)


def asking_row() -> tuple[object, ...]:
    return people_row(1, code="H03.77", staff="", birth="06/05/1980")


def test_a_namesake_is_confirmed_in_the_grid(wizard: Wizard, namesake: Person) -> None:
    address = wizard.planned(workbook(asking_row()))
    page = wizard.page(address)
    assert "Dòng này là ai?" in page
    assert f'name="la-0" value="{namesake.id}"' in page
    wizard.correct(address, {"la-0": str(namesake.id)})
    wizard.work()
    assert "Dòng này là ai?" not in wizard.page(address)
    assert "Thay đổi" in wizard.page(address)


def test_who_it_is_is_asked_beside_a_cell_that_is_to_be_mended(
    wizard: Wizard, namesake: Person
) -> None:
    row = people_row(1, code="H03.77", staff="", birth="06/05/1980", position="a" * 201)
    address = wizard.planned(workbook(row))
    page = wizard.page(address)
    assert "Dòng này là ai?" in page
    assert 'name="o-0-position"' in page
    assert 'name="o-0-full_name"' not in page
    assert "Có thể là người đã đăng ký" not in page  # the question says it
    wizard.correct(address, {"la-0": str(namesake.id), "o-0-position": "Chuyên viên"})
    wizard.work()
    page = wizard.page(address)
    assert "Dòng này là ai?" not in page
    assert "Thay đổi" in page


def test_a_namesake_is_confirmed_though_another_sheet_has_the_row_too(
    wizard: Wizard, namesake: Person
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(asking_row())))
    book.worksheets[0].title = "Trang 1"
    book.copy_worksheet(book.worksheets[0]).title = "Trang 2"
    cells = (people_row(5, code="H03.77", name="Lý Thị Hoa"), book.worksheets[1])
    for column, value in enumerate(cells[0], start=1):
        cells[1].cell(row=2, column=column, value=value)
    content = io.BytesIO()
    book.save(content)
    address = wizard.planned(content.getvalue())
    wizard.correct(address, {"la-0": str(namesake.id), "keep": ""})
    assert f'value="{namesake.id}" checked' in wizard.page(address)
    wizard.correct(address, {})
    wizard.work()
    page = wizard.page(f"{address}?verdict=all")
    assert "Dòng này là ai?" not in page
    assert "Bị từ chối" not in page.partition("<tbody>")[2]


def test_a_stranger_cannot_be_confirmed(wizard: Wizard, namesake: Person) -> None:
    address = wizard.planned(workbook(asking_row()))
    other = str(namesake.id)[:-4] + "0000"
    assert wizard.correct(address, {"la-0": other}).status_code == 422
    assert wizard.correct(address, {"la-0": "new"}).status_code == 303


HOSTILE = "<img src=x onerror=alert(1)>\"'"


def test_markup_in_any_cell_is_text(wizard: Wizard) -> None:
    fields = ("name", "birth", "sex", "staff", "citizen", "position", "code", "unit", "phone")
    rows = [people_row(n, **{field: HOSTILE}) for n, field in enumerate(fields, 1)]
    header = (
        "STT",
        "Họ và tên",
        "Ngày sinh",
        "Giới tính",
        "Số hiệu CBCCVC",
        "Số CCCD",
        "Chức vụ",
        "Mã định danh đơn vị",
        "Đơn vị công tác",
        f"Số điện thoại ({HOSTILE})",
    )
    address = wizard.planned(workbook(*rows, header=header), f"{HOSTILE[:20]}.xlsx")
    for query in ("?verdict=all", "?verdict=refuse", "?opened=1", "?verdict=refuse&reason=<img>"):
        page = wizard.page(address + query)
        assert "<img src=x" not in page
    assert "&lt;img src=x" in wizard.page(address + "?verdict=all")
    assert "<img src=x" not in wizard.page("/quan-tri/nhap-danh-sach")


@pytest.mark.parametrize("query", ["?verdict=x", "?after=x", "?after=99999999999", "?opened=-1"])
def test_an_address_that_says_nonsense_shows_the_page(wizard: Wizard, query: str) -> None:
    assert "Bàn Văn Phúc" in wizard.page(wizard.planned(workbook(BAD)) + query)


def test_many_rows_come_in_pages(wizard: Wizard) -> None:
    rows = [people_row(n, code="H03.77", birth="30/02/1990") for n in range(1, 53)]
    address = wizard.planned(workbook(*rows))
    page = wizard.page(address)
    assert page.count('id="dong-') == 50
    (after,) = re.findall(r"after=(\d+)", page)
    assert wizard.page(f"{address}?after={after}").count('id="dong-') == 2


def test_every_reason_has_a_name() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", reasons(), re.MULTILINE))
    assert named <= REASONS.keys()
