from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from identity.handover.batch import Batch, Letter, Reader
from identity.handover.receipt import write_receipt
from identity.handover.settings import HandoverSettings

NewBatch = Callable[..., Batch]


@pytest.fixture
def printed(settings: HandoverSettings, pages_of: Callable[..., list[str]]) -> Any:
    return lambda batch: pages_of(partial(write_receipt, batch=batch, settings=settings))


def test_the_list_names_parties_document_and_every_letter(
    printed: Any, new_batch: NewBatch, nga: Letter, clerks_box: Letter
) -> None:
    (page,) = printed(new_batch(clerks_box, nga))
    for expected in (
        "BIÊN BẢN BÀN GIAO",
        "Trung tâm Công nghệ thông tin tỉnh",
        "Sở Tài chính",
        "2 thư",
        "văn bản số 143/2025/QĐ-UBND ngày 02 tháng 12 năm 2025",
        "Văn thư - Sở Tài chính Ông Lường Văn Đức vanthu.stc",
        "Nguyễn Thị Hồng Nga Chuyên viên nganth",
        "ĐẠI DIỆN BÊN GIAO",
        "ĐẠI DIỆN BÊN NHẬN",
        "Trang 1/1",
    ):
        assert expected in page


def test_the_list_holds_no_code(printed: Any, new_batch: NewBatch, nga: Letter) -> None:
    assert nga.code not in "".join(printed(new_batch(nga)))


@pytest.mark.parametrize("count", [1, 9, 10, 11, 12, 16, 17, 300])
def test_signatures_stand_once_below_the_last_row(
    printed: Any, new_batch: NewBatch, nga: Letter, count: int
) -> None:
    letters = [replace(nga, login=f"login{number:03}") for number in range(count)]
    pages = printed(new_batch(*letters))
    assert [page for page in pages if "ĐẠI DIỆN BÊN NHẬN" in page] == pages[-1:]
    assert f"login{count - 1:03}" in pages[-1]
    assert all("Tên đăng nhập" in page for page in pages)
    assert all("".join(pages).count(letter.login) == 1 for letter in letters)


def test_long_names_and_titles_are_on_the_list_in_full(
    printed: Any, new_batch: NewBatch, nga: Letter
) -> None:
    title = "Phó Trưởng phòng phụ trách kiêm Thư ký Hội đồng nghiệm thu công trình " * 2
    long = replace(nga, name="Công Tằng Tôn Nữ " * 6, readers=(Reader("", None, title),))
    (page,) = printed(new_batch(long))
    assert long.name.strip() in page
    assert title.strip() in page
