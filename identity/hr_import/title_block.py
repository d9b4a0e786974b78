"""The number and date of the official letter that a list comes with, from the lines above it."""

import re
from dataclasses import dataclass
from datetime import date

from identity.hr_import.dates import parse_date
from identity.hr_import.table import Row
from identity.names.text import clean

NUMBER = re.compile(r"\bsố\s*:?\s*(\d{1,6}[a-zđ]?\s*/\s*[\w./\-–&]*[\w])", re.IGNORECASE)
DAY = re.compile(
    r"ngày\s*(\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{4}|\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Document:
    number: str | None = None
    day: date | None = None


def find_document(rows_above: list[Row]) -> Document:
    """Number and date as in "Kèm theo Công văn số 123/SNV-TCCB ngày 01/6/2024".

    The date counts when it follows the number in its line, or stands alone in the block.
    """
    lines = [clean(cell) for row in rows_above for cell in row if isinstance(cell, str)]
    for line in lines:
        if number := NUMBER.search(line):
            day = DAY.search(line, number.end()) or _first_day(lines)
            return Document(
                re.sub(r"\s", "", number[1]), parse_date(" ".join(day[1].split())) if day else None
            )
    return Document()


def _first_day(lines: list[str]) -> re.Match[str] | None:
    return next((match for line in lines if (match := DAY.search(line))), None)
