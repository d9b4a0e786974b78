"""A part of the sample province, small enough to be provisioned within a test."""

import csv
from collections.abc import Iterator
from pathlib import Path

from entrypoints.sample import PROVINCE
from tests.support.registry import people_row, workbook

DEPARTMENT, DISTRICT = "000.00.03.H03", "000.00.38.H03"
UNITS = ("000.01.03.H03", "000.02.03.H03", "000.20.38.H03", "000.21.38.H03", "000.22.38.H03")
PEOPLE_EACH = 12
NAMES = ("Hoàng Thị Mai", "Nông Văn Dũng", "Triệu Thị Hà", "Bế Văn Sơn", "Lường Thị Lan")


def write_small_province(folder: Path) -> Path:
    codes = ("H03", DEPARTMENT, DISTRICT, *UNITS)
    _write_some("organisations.csv", folder, "code", codes)
    _write_some("organisation-accounts.csv", folder, "organisation_code", codes)
    (folder / "hr.xlsx").write_bytes(workbook(*_people()))
    return folder


def _write_some(name: str, folder: Path, column: str, codes: tuple[str, ...]) -> None:
    with (PROVINCE / name).open(encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source)
        rows = [row for row in reader if row[column] in codes]
        with (folder / name).open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, reader.fieldnames or [])
            writer.writeheader()
            writer.writerows(rows)


def _people() -> Iterator[tuple[object, ...]]:
    number = 0
    for unit in UNITS:
        for _ in range(PEOPLE_EACH):
            number += 1
            name = NAMES[number % len(NAMES)]
            sex, digits = ("Nữ", "006185") if " Thị " in name else ("Nam", "006085")
            yield people_row(
                number, name=name, sex=sex, citizen=f"{digits}{number:06}", code=unit, unit=""
            )
