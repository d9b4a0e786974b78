import csv
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO, StringIO

import pytest

from identity.handover.batch import Batch, Letter, Reader
from identity.handover.table import write_table

NewBatch = Callable[..., Batch]


def table_of(batch: Batch) -> bytes:
    out = BytesIO()
    write_table(out, batch)
    return out.getvalue()


def rows_of(batch: Batch) -> list[list[str]]:
    return list(csv.reader(StringIO(table_of(batch).decode("utf-8-sig"), newline="")))


def test_excel_knows_the_table_by_its_mark(new_batch: NewBatch, nga: Letter) -> None:
    assert table_of(new_batch(nga)).startswith(b"\xef\xbb\xbf")


def test_a_row_holds_what_the_letter_holds(new_batch: NewBatch, nga: Letter) -> None:
    header, row = rows_of(new_batch(nga))
    assert dict(zip(header, row, strict=True)) == {
        "STT": "1",
        "Họ và tên": "Nguyễn Thị Hồng Nga",
        "Chức vụ": "Chuyên viên",
        "Đơn vị": "Sở Tài chính",
        "Địa chỉ thư": "nganth@example.vn",
        "Tên đăng nhập": "nganth",
        "Mã kích hoạt": "7K2M-QX4T-9FDA-W0CE",
        "Ngày hết hạn": "05/02/2026",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "\u00a0@", "\r", "＝"])
def test_no_cell_can_become_a_formula(new_batch: NewBatch, nga: Letter, start: str) -> None:
    hostile = f'{start}HYPERLINK("http://x","y")'
    letter = replace(nga, name=hostile, readers=(Reader(hostile, None, hostile),), login=hostile)
    _, row = rows_of(new_batch(letter, name=hostile))
    assert [cell[0] for cell in row if "HYPERLINK" in cell] == ["'"] * 4
