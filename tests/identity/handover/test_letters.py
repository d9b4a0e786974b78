from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from identity.handover.batch import Batch, Letter, Reader
from identity.handover.letters import write_letters
from identity.handover.settings import HandoverSettings

LONG_NAME = "Phòng Quản lý Đầu tư xây dựng, Hạ tầng kỹ thuật và Ứng phó sự cố thiên tai " * 2
NewBatch = Callable[..., Batch]


@pytest.fixture
def printed(settings: HandoverSettings, pages_of: Callable[..., list[str]]) -> Any:
    return lambda batch: pages_of(partial(write_letters, batch=batch, settings=settings))


def test_a_letter_says_who_what_where_and_until_when(
    printed: Any, new_batch: NewBatch, nga: Letter
) -> None:
    (page,) = printed(new_batch(nga))
    for expected in (
        "Trung tâm Công nghệ thông tin tỉnh",
        "Ngày 06 tháng 01 năm 2026",
        "Bà Nguyễn Thị Hồng Nga",
        "Chuyên viên",
        "Sở Tài chính",
        "nganth@example.vn",
        "7K2M-QX4T-9FDA-W0CE",
        "Có giá trị đến hết ngày 05 tháng 02 năm 2026",
        "Valid until the end of 5 February 2026",
        "https://congvu.example.vn/kich-hoat",
        "Mã chỉ dùng được một lần",
        "0209 3 000 000, giờ hành chính",
    ):
        assert expected in page


def test_every_person_gets_a_sheet_with_the_number_of_the_list(
    settings: HandoverSettings, new_batch: NewBatch, nga: Letter
) -> None:
    letters = [replace(nga, code=f"{number:04}-0000-0000-0000") for number in range(300)]
    out = BytesIO()
    write_letters(out, new_batch(*letters), settings)
    pages = PdfReader(out).pages
    assert len(pages) == 300
    twelfth = pages[11].extract_text()
    assert "Thư số 12/300" in twelfth
    assert "0011-0000-0000-0000" in twelfth
    assert "0012-0000-0000-0000" not in twelfth


def test_an_organisations_letter_names_its_custodian(
    printed: Any, new_batch: NewBatch, clerks_box: Letter
) -> None:
    (page,) = printed(new_batch(clerks_box))
    assert "Hộp thư: Văn thư - Sở Tài chính" in page
    assert "Người quản lý hộp thư: Ông Lường Văn Đức, Văn thư viên" in page


def test_an_organisation_without_custodian_is_addressed_itself(
    printed: Any, new_batch: NewBatch, clerks_box: Letter
) -> None:
    (page,) = printed(new_batch(replace(clerks_box, readers=())))
    assert "Hộp thư: Văn thư - Sở Tài chính" in page
    assert "Người quản lý hộp thư:" not in page


def test_who_is_not_known_as_man_or_woman_is_both(
    printed: Any, new_batch: NewBatch, nga: Letter
) -> None:
    (page,) = printed(new_batch(replace(nga, readers=(Reader("Y Thĕ Êban", None, None),))))
    assert "Ông/Bà Y Thĕ Êban" in page


def test_nothing_of_a_long_unit_title_or_address_is_cut_off(
    printed: Any, new_batch: NewBatch, nga: Letter
) -> None:
    title = "Phó Trưởng phòng phụ trách kiêm Thư ký Hội đồng nghiệm thu công trình giao thông " * 2
    address = f"{'a' * 64}@{'rat.dai.' * 8}backan.gov.vn"
    reader = Reader("Công Tằng Tôn Nữ Nguyễn Thị " * 5, None, title)
    (page,) = printed(new_batch(replace(nga, readers=(reader,), address=address), name=LONG_NAME))
    assert LONG_NAME.strip() in page
    assert title.strip() in page
    assert reader.name.strip() in page
    assert address in page.replace(" ", "")


def test_the_same_letters_are_the_same_bytes(
    settings: HandoverSettings, new_batch: NewBatch, nga: Letter, clerks_box: Letter
) -> None:
    first, second = BytesIO(), BytesIO()
    for out in (first, second):
        write_letters(out, new_batch(nga, clerks_box), settings)
    assert first.getvalue() == second.getvalue()


def test_sheets_are_printed_on_one_side_and_carry_their_own_fonts(
    settings: HandoverSettings, new_batch: NewBatch, nga: Letter
) -> None:
    out = BytesIO()
    write_letters(out, new_batch(nga), settings)
    document = PdfReader(out)
    preferences: Any = document.root_object["/ViewerPreferences"]
    assert preferences["/Duplex"] == "/Simplex"
    resources: Any = document.pages[0]["/Resources"]
    for font in resources["/Font"].values():
        assert "/FontFile2" in font.get_object()["/FontDescriptor"]


def test_a_letter_in_a_log_keeps_its_code(nga: Letter, new_batch: NewBatch) -> None:
    assert nga.code not in repr(new_batch(nga))
