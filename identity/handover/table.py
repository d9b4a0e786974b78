"""The letters as CSV, for offices that print their own."""

import csv
import io
from typing import BinaryIO

from identity.handover import texts
from identity.handover.batch import Batch, Letter

HEADER = (
    "STT",
    "Họ và tên",
    "Chức vụ",
    "Đơn vị",
    "Địa chỉ thư",
    "Tên đăng nhập",
)
EXPIRY = "Ngày hết hạn"
FORMULA_STARTS = tuple("=+-@|%\t\r\n＝＋－＠")
"""What makes a spreadsheet calculate instead of show (OWASP, CSV injection), full width too."""


def write_table(out: BinaryIO, batch: Batch) -> None:
    """UTF-8 behind a byte order mark, by which Excel knows it; lines end as RFC 4180 wants."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow((*HEADER, texts.WORDS[batch.purpose].code.vi, EXPIRY))
    for number, letter in enumerate(batch.letters, start=1):
        writer.writerow(map(harmless, _cells(number, letter, batch)))
    text.detach()  # flushes, and leaves closing to whoever opened


def _cells(number: int, letter: Letter, batch: Batch) -> tuple[str, ...]:
    readers = letter.readers
    return (
        str(number),
        letter.name,
        (readers[0].position if readers else None) or "",
        batch.organisation_name,
        letter.address or "",
        letter.login,
        letter.code,
        f"{batch.expires_on:%d/%m/%Y}",
    )


def harmless(cell: str) -> str:
    """The cell behind an apostrophe when a spreadsheet could take it for a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULA_STARTS) else cell
