"""Reads single cells: numbers, names, phones and the like. Each gives a value or says why not."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from unicodedata import normalize

from identity.hr_import.table import Cell
from identity.names.full_name import FullName, NameMissing, NameNotAName
from identity.names.legacy_encoding import UNREADABLE, Conversion, convert
from identity.names.text import clean, fold
from identity.people.models import Sex

LONGEST_TEXT = 250
CITIZEN_DIGITS = 12
SHORTEST_EATEN = 9
"""Three zeros eaten: rule of the sample data, one to three are given back."""
OLD_IDENTITY_CARD_DIGITS = 9


class Request(StrEnum):
    """What a row of a request form asks for (form 02 of 143/2025/QĐ-UBND and its like)."""

    CREATE = "create"
    CHANGE = "change"
    SUSPEND = "suspend"
    RESTORE = "restore"
    REVOKE = "revoke"
    DELETE = "delete"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # an operation


@dataclass(frozen=True, slots=True)
class Unread:
    """The cell cannot be read; `reason` is a key of `findings.REFUSALS`."""

    reason: str


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    number: str
    zeros_restored: int = 0

    def fits(self, birth_date: date | None, sex: Sex | None) -> bool:
        """Whether the digits for century, sex and birth year agree with what the row says.

        Digit 4 is even for men and odd for women, 0-1 for births in 19xx, 2-3 in 20xx and so on;
        digits 5 and 6 are the year (Decree 137/2015/NĐ-CP).
        """
        century, odd = divmod(int(self.number[3]), 2)
        if birth_date and birth_date.year != 1900 + 100 * century + int(self.number[4:6]):
            return False
        return sex is None or (sex is Sex.FEMALE) == bool(odd)


@dataclass(frozen=True, slots=True)
class ReadName:
    name: FullName
    was_converted: bool = False


def text_of(cell: Cell) -> str:
    """The cell as clean text; old font encodings are converted where that is certain."""
    if cell is None:
        return ""
    return _readable(cell) if isinstance(cell, str) else str(cell)


@lru_cache(maxsize=20_000)  # positions and organisations repeat in thousands of rows
def _readable(text: str) -> str:
    if not text.isascii() and isinstance(converted := convert(text), Conversion):
        text = converted.text
    return clean(text)


def parse_name(cell: Cell) -> ReadName | Unread:
    if cell is None:
        return Unread("name_missing")
    text = cell if isinstance(cell, str) else str(cell)
    converted = convert(text)
    if converted is UNREADABLE:
        return Unread("name_encoding")
    try:
        if isinstance(converted, Conversion):
            return ReadName(FullName.parse(converted.text), was_converted=True)
        return ReadName(FullName.parse(text))
    except NameMissing:
        return Unread("name_missing")
    except NameNotAName:
        return Unread("name_invalid")


WHOLE_NUMBER = re.compile(r"(\d{9,12})[.,]0+")
ROUNDED_NUMBER = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
SEPARATORS = re.compile(r"[\s.\-'’`´_\u200b-\u200f\ufeff]+")


def parse_citizen_number(
    cell: Cell, birth_date: date | None = None, sex: Sex | None = None
) -> CitizenNumber | Unread | None:
    """Twelve digits, with one to three leading zeros given back that a spreadsheet ate.

    A number cell cannot hold leading zeros, so 9 to 11 digits of a number are completed. Text of
    10 or 11 digits lost them before it became text. Text of 9 digits may as well be the number of
    an old identity card: it is completed only when the row's birth date and sex both confirm it.
    Text that starts with a zero has lost nothing and is simply too short.
    """
    if cell is None:
        return None
    digits = _digits(cell)
    if isinstance(digits, Unread):
        return digits
    zeros = CITIZEN_DIGITS - len(digits)
    if zeros == 0:
        return CitizenNumber(digits)
    if not 0 < zeros <= CITIZEN_DIGITS - SHORTEST_EATEN or digits.startswith("0"):
        return Unread("citizen_number_invalid")
    completed = CitizenNumber(digits.zfill(CITIZEN_DIGITS), zeros)
    if isinstance(cell, str) and len(digits) == OLD_IDENTITY_CARD_DIGITS:
        confirmed = birth_date and sex and completed.fits(birth_date, sex)
        return completed if confirmed else Unread("citizen_number_old")
    return completed


def _digits(cell: Cell) -> str | Unread:
    if isinstance(cell, str):
        return cell if cell.isdecimal() and cell.isascii() else _digits_in(cell)
    if type(cell) is int and cell >= 0:
        return str(cell)
    return Unread("citizen_number_invalid")


def _digits_in(text: str) -> str | Unread:
    text = normalize("NFKC", text).strip()
    if match := WHOLE_NUMBER.fullmatch(text):
        return match[1]
    if ROUNDED_NUMBER.fullmatch(text):
        return Unread("citizen_number_rounded")
    text = SEPARATORS.sub("", text)
    if text.isdecimal() and text.isascii():
        return text
    has_letter_for_digit = re.fullmatch(r"[\dOoIlQ]+", text)
    return Unread("citizen_number_letter" if has_letter_for_digit else "citizen_number_invalid")


STAFF_NUMBER = re.compile(r"[^\W_](?:[\w./\-]{0,31})")


def parse_staff_number(cell: Cell) -> str | Unread | None:
    """In capitals and without spaces: "bk 300011" and "BK300011" are one."""
    if cell is None:
        return None
    if not isinstance(cell, str) and type(cell) is not int:
        return Unread("staff_number_invalid")
    text = clean(str(cell)).strip("'").replace(" ", "").upper()
    return text if STAFF_NUMBER.fullmatch(text) else Unread("staff_number_invalid")


SEXES = {
    **dict.fromkeys(("nam", "m", "male", "ông", "trai", "man"), Sex.MALE),
    **dict.fromkeys(("nữ", "nu", "f", "female", "bà", "gái", "nũ", "woman"), Sex.FEMALE),
}


@lru_cache(maxsize=256)
def parse_sex(text: str) -> Sex | None:
    return SEXES.get(clean(text).lower().strip("."))


PHONE_SEPARATORS = re.compile(r"[\s.\-()'\u200b-\u200f\ufeff]+")
SEVERAL_PHONES = re.compile(r"[/;,|\n]|\s-\s|\bhoặc\b")
PHONE = re.compile(r"0(?:[35789]\d{8}|2\d{8,9})")
"""Ten digits of a mobile, ten or eleven of a fixed line."""


@dataclass(frozen=True, slots=True)
class Phone:
    number: str
    """National form, such as 0912345678."""
    was_one_of_many: bool = False


def parse_phone(cell: Cell) -> Phone | None:
    """None when there is no number of Viet Nam in it."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        number = _national(str(cell))
        return Phone(number) if number else None
    if not isinstance(cell, str):
        return None
    if number := _national(cell):
        return Phone(number)
    parts = filter(None, map(_national, SEVERAL_PHONES.split(cell)))
    first = next(parts, None)
    return Phone(first, was_one_of_many=True) if first else None


def _national(text: str) -> str | None:
    digits = PHONE_SEPARATORS.sub("", text)
    if digits.startswith(("+84", "0084")):
        digits = "0" + digits.removeprefix("+").removeprefix("00")[2:].removeprefix("0")
    elif digits.startswith("84") and len(digits) in {11, 12}:
        digits = "0" + digits[2:]
    elif not digits.startswith("0"):
        digits = "0" + digits
    return digits if PHONE.fullmatch(digits) and digits.isascii() else None


EMAIL = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._%+\-]{0,62}[A-Za-z0-9_])?"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)


def parse_email(cell: Cell) -> str | None:
    """In lower case; None when it is no address to write to."""
    if not isinstance(cell, str):
        return None
    text = clean(cell).removeprefix("mailto:").strip("<>;, ").lower()
    return text if EMAIL.fullmatch(text) and ".." not in text else None


REQUESTS: tuple[tuple[str, Request], ...] = (
    ("cap lai mat khau", Request.RESET_PASSWORD),
    ("dat lai mat khau", Request.RESET_PASSWORD),
    ("khoi phuc mat khau", Request.RESET_PASSWORD),
    ("reset", Request.RESET_PASSWORD),
    ("mo khoa", Request.RESTORE),
    ("mo lai", Request.RESTORE),
    ("khoi phuc", Request.RESTORE),
    ("kich hoat lai", Request.RESTORE),
    ("restore", Request.RESTORE),
    ("unlock", Request.RESTORE),
    ("tam khoa", Request.SUSPEND),
    ("tam dung", Request.SUSPEND),
    ("khoa", Request.SUSPEND),
    ("suspend", Request.SUSPEND),
    ("lock", Request.SUSPEND),
    ("thu hoi", Request.REVOKE),
    ("revoke", Request.REVOKE),
    ("xoa", Request.DELETE),
    ("huy", Request.DELETE),
    ("delete", Request.DELETE),
    ("thay doi", Request.CHANGE),
    ("dieu chinh", Request.CHANGE),
    ("cap nhat", Request.CHANGE),
    ("doi", Request.CHANGE),
    ("change", Request.CHANGE),
    ("update", Request.CHANGE),
    ("cap moi", Request.CREATE),
    ("tao moi", Request.CREATE),
    ("dang ky", Request.CREATE),
    ("bo sung", Request.CREATE),
    ("cap", Request.CREATE),
    ("moi", Request.CREATE),
    ("tao", Request.CREATE),
    ("create", Request.CREATE),
    ("new", Request.CREATE),
)
"""Beginnings of requests without tone marks, the longer before the shorter they contain."""


@lru_cache(maxsize=1024)
def parse_request(text: str) -> Request | None:
    words = " ".join(re.findall(r"\w+", fold(clean(text))))
    words = words.removeprefix("de nghi ").removeprefix("yeu cau ")
    return next(
        (request for start, request in REQUESTS if f"{words} ".startswith(f"{start} ")), None
    )
