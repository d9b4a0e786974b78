"""Confirming, applying, and the letters for the accounts that were opened."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from console.imports import progress_routes
from identity.organisations.models import Organisation
from identity.roles.models import Role
from tests.console.imports.conftest import PATH, Wizard
from tests.support.console import ConsoleWorld
from tests.support.registry import people_row, workbook

GOOD = people_row(1, code="H03.77")
BAD = people_row(2, code="H03.77", name="Bàn Văn Phúc", citizen="60940004")


def test_a_list_is_confirmed_in_numbers_and_written_as_a_whole(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD, BAD))
    page = wizard.page(f"{address}/xac-nhan")
    assert "Bỏ qua vì bị từ chối" in page
    assert "Theo công văn 12/SNV" in page
    assert wizard.confirm(address).headers["Location"] == address
    assert "Đang chờ đến lượt" in wizard.page(address)
    assert wizard.browser.get(f"{address}/xac-nhan").headers["Location"] == address
    wizard.work()
    page = wizard.page(address)
    assert "Đã ghi vào hệ thống" in page
    assert "Làm và tải thư" in page
    assert 'name="o-' not in page
    assert "Đã ghi" in wizard.page(PATH)


def test_of_two_tabs_that_confirm_at_once_one_does(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD))
    with ThreadPoolExecutor(2) as tabs:
        answers = list(tabs.map(lambda _: wizard.confirm(address), range(2)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    wizard.work()
    assert "Đã ghi vào hệ thống" in wizard.page(address)
    again = wizard.confirm(address)
    assert again.status_code == 409
    assert wizard.correct(address, {"again": "1"}).status_code == 409


def test_nothing_is_corrected_while_it_is_written(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD, BAD))
    wizard.confirm(address)
    answer = wizard.correct(address, {"o-1-citizen_number": "006094000418"})
    assert answer.status_code == 409
    assert "đang được ghi" in answer.text


def test_a_registry_that_changed_asks_for_another_check(wizard: Wizard) -> None:
    content = workbook(GOOD)
    first, second = (wizard.planned(content, name) for name in ("a.xlsx", "b.xlsx"))
    for address in (first, second):
        wizard.confirm(address)
        wizard.work()
    page = wizard.page(second)
    assert "Dữ liệu đã thay đổi sau khi kiểm tra" in page
    assert wizard.correct(second, {"again": "1"}).status_code == 303
    wizard.work()
    page = wizard.page(second)
    assert "Không đổi" in page
    assert "Tệp này đã được ghi một lần" in page


def lose_jobs(wizard: Wizard) -> None:
    """As when a job was tried for the last time."""
    with wizard.services.database.transaction() as session:
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
        long_ago = "now() - interval '30 years'"
        session.execute(text(f"UPDATE identity_import_plan SET created_at = {long_ago}"))
        session.execute(
            text(f"UPDATE identity_import_plan SET asked_at = {long_ago} WHERE asked_at < now()")
        )


def test_a_list_whose_check_died_says_so_and_is_tried_again(wizard: Wizard) -> None:
    address = wizard.send(workbook(GOOD)).headers["Location"]
    wizard.services.import_jobs.mend()
    assert "Đang chờ đến lượt" in wizard.page(address)
    lose_jobs(wizard)
    wizard.services.import_jobs.mend()
    page = wizard.page(address)
    assert "Chưa kiểm tra xong" in page
    assert "tệp vẫn được giữ" in page
    assert wizard.correct(address, {"again": "1"}).status_code == 303
    wizard.work()
    assert wizard.confirm(address, revision=2).status_code == 303
    lose_jobs(wizard)
    wizard.services.import_jobs.mend()
    assert "Chưa có gì được ghi và tệp vẫn được giữ" in wizard.page(address)
    assert wizard.confirm(address, revision=2).status_code == 303
    wizard.work()
    assert "Đã ghi vào hệ thống" in wizard.page(address)


def test_a_list_is_given_up_with_its_file(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD))
    assert wizard.browser.post(f"{address}/bo", {"revision": "2"}).status_code == 409
    assert wizard.browser.post(f"{address}/bo", {"revision": "1"}).status_code == 303
    page = wizard.page(address)
    assert "đã bỏ danh sách này" in page
    assert "Thử lại" not in page
    assert wizard.confirm(address).status_code == 409
    assert wizard.correct(address, {"again": "1"}).status_code == 409


def test_taking_many_accounts_away_is_typed(
    wizard: Wizard, console: ConsoleWorld, finance: Organisation
) -> None:
    province = console.sign_on.province
    rows = []
    for number in range(1, 8):
        person = province.person(finance, f"Lý Thị Hoa {'abcdefgh'[number]}")
        province.account(person)
        rows.append((number, person.full_name, person.staff_number, "H03.77", "thu hồi"))
    header = ("STT", "Họ và tên", "Số hiệu CBCCVC", "Mã định danh đơn vị", "Nội dung đề nghị")
    address = wizard.planned(workbook(*rows, header=header))
    assert "Gõ số tài khoản sẽ bị khóa hoặc đóng: 7" in wizard.page(f"{address}/xac-nhan")
    refused = wizard.confirm(address, typed="77")
    assert refused.status_code == 422
    assert "Hãy gõ đúng số" in refused.text
    assert wizard.confirm(address, typed=" 7 ").status_code == 303
    wizard.work()
    assert "Đóng tài khoản: 7" in wizard.page(address)


def test_letters_are_given_once_and_remembered(wizard: Wizard, console: ConsoleWorld) -> None:
    other = console.sign_on.province
    other.account(other.person(other.organisation("Sở Y tế"), "Nông Thị Thúy"))
    address = wizard.planned(workbook(GOOD))
    wizard.confirm(address)
    wizard.work()
    answer = wizard.browser.post(f"{address}/thu")
    assert answer.headers["Content-Type"] == "application/zip"
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        names = zipped.namelist()
        table = next(name for name in names if name.endswith(".csv"))
        text = zipped.read(table).decode("utf-8-sig")
    assert len(names) == 3
    assert text.count("\r\n") == 2  # titles and one letter: nobody who was there before
    assert "Hoàng Thị Mai" in text
    page = wizard.page(address)
    assert "Làm lại và tải thư" in page
    assert "hết hiệu lực" in page


def test_letters_of_a_list_that_opened_nothing_are_none(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD))
    answer = wizard.browser.post(f"{address}/thu")
    assert "done=no-letters" in answer.headers["Location"]


def test_a_stranger_to_the_role_makes_no_letters(wizard: Wizard, console: ConsoleWorld) -> None:
    address = wizard.planned(workbook(GOOD))
    browser = console.browser(console.holder(Role.LEADER, name="Lê Thị Hoa"))
    for step in ("thu", "xac-nhan", "sua", "bo"):
        assert browser.post(f"{address}/{step}").status_code == 403


def test_the_stream_ends_when_nothing_is_asked_of_the_worker(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD))
    answer = wizard.browser.get(f"{address}/tien-do")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.text.endswith("event: end\ndata: {}\n\n")


def test_only_so_many_read_along(wizard: Wizard) -> None:
    address = wizard.planned(workbook(GOOD))
    progress_routes.readers.count += progress_routes.MOST_READERS
    try:
        assert wizard.browser.get(f"{address}/tien-do").status_code == 503
    finally:
        progress_routes.readers.count -= progress_routes.MOST_READERS
    assert (
        wizard.browser.get(f"{PATH}/{'0' * 8}-0000-4000-8000-{'0' * 12}/tien-do").status_code == 404
    )
