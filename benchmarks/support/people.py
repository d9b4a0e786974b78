"""A list of officials as HR offices send it, of any length and always the same for a seed."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from entrypoints.sample import PROVINCE

NAMES = Path(__file__).parent.parent / "data" / "vi_names_weighted.json"
"""Shares of family, middle and given names; its note says where they come from."""
HEADER = (
    "STT",
    "Họ và tên",
    "Ngày, tháng,\nnăm sinh",
    "Giới tính",
    "Số hiệu CBCCVC",
    "Số CCCD",
    "Chức vụ",
    "Mã định danh đơn vị",
    "Đơn vị công tác",
    "Số điện thoại",
    "Ghi chú",
)
TITLE = (
    "ỦY BAN NHÂN DÂN TỈNH BẮC KẠN",
    "SỞ NỘI VỤ",
    "",
    "DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC VÀ NGƯỜI LAO ĐỘNG ĐỀ NGHỊ CẤP HỘP THƯ ĐIỆN TỬ CÔNG VỤ",
    "",
)
POSITIONS = ("Chuyên viên", "Chuyên viên chính", "Phó Trưởng phòng", "Trưởng phòng", "Kế toán")
POSITION_WEIGHTS = (60, 14, 10, 5, 5)
OLDEST, YOUNGEST = date(1966, 1, 1), date(2001, 12, 31)
MADE_AT = datetime(2024, 6, 1, tzinfo=UTC)
CENTURY_OF_SEX = {("Nam", 19): 0, ("Nữ", 19): 1, ("Nam", 20): 2, ("Nữ", 20): 3}
"""Fourth digit of a citizen number (circular 59/2021/TT-BCA, article 4)."""


@dataclass(frozen=True, slots=True)
class Names:
    """Pairs of values and weights by kind, as the file has them."""

    shares: dict[str, tuple[list[str], list[float]]]

    @classmethod
    @cache
    def load(cls) -> "Names":
        lists = json.loads(NAMES.read_text())
        del lists["note"]
        return cls(
            {
                kind: ([name for name, _ in pairs], [weight for _, weight in pairs])
                for kind, pairs in lists.items()
            }
        )

    def draw(self, random: Random, kind: str) -> str:
        values, weights = self.shares[kind]
        return random.choices(values, weights)[0]


def write_people(file: Path, number: int, seed: int = 1) -> None:
    """An .xlsx with `number` officials, grouped by organisation."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": MADE_AT})
        sheet = book.add_worksheet("Danh sách")
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for place, row in enumerate(sheet_rows(number, Random(seed))):  # noqa: S311  # no secrets
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(place, column, value, dates)
                elif value is not None:
                    sheet.write(place, column, value)


def sheet_rows(number: int, random: Random) -> Iterator[Sequence[Any]]:
    """The title, the header, then each organisation's heading before its people."""
    yield from ([line or None] for line in TITLE)
    yield HEADER
    organisations = _organisations()
    staff_numbers = count(300_000)
    for place, (code, name) in enumerate(organisations):
        yield (None, name.upper())
        share = len(range(place, number, len(organisations)))
        for _ in range(share):
            yield _person(random, next(staff_numbers), code, name)


def _organisations() -> list[tuple[str, str]]:
    with (PROVINCE / "organisations.csv").open(newline="") as lines:
        return [(row["code"], row["name"]) for row in csv.DictReader(lines)]


def _person(random: Random, staff_number: int, code: str, organisation: str) -> Sequence[Any]:
    """Dates, citizen numbers and phones are sometimes text and sometimes what Excel makes of it."""
    sex = random.choice(("Nam", "Nữ"))
    born = OLDEST + timedelta(days=random.randrange((YOUNGEST - OLDEST).days))
    citizen_number = f"006{CENTURY_OF_SEX[sex, born.year // 100]}{born:%y}{staff_number:06}"
    phone = f"09{random.randrange(10**8):08}"
    return (
        staff_number - 299_999,
        _name(random, sex),
        random.choice((born, f"{born:%d/%m/%Y}")),
        sex,
        f"BK{staff_number}",
        random.choice((int(citizen_number), citizen_number)),
        random.choices(POSITIONS, POSITION_WEIGHTS)[0],
        code,
        organisation,
        random.choice((int(phone), phone)),
        None,
    )


def _name(random: Random, sex: str) -> str:
    names, gender = Names.load(), "male" if sex == "Nam" else "female"
    kinds = ("surnames_backan_like", f"middle_{gender}", f"given_{gender}")
    return " ".join(names.draw(random, kind) for kind in kinds)
