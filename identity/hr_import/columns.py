"""The columns that lists and forms have, and the titles they go by (`columns.toml`)."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from importlib.resources import files

from identity.names.text import clean, fold


class Column(StrEnum):
    ORDINAL = "ordinal"
    FULL_NAME = "full_name"
    FAMILY_AND_MIDDLE_NAME = "family_and_middle_name"
    GIVEN_NAME = "given_name"
    BIRTH_DATE = "birth_date"
    BIRTH_DAY = "birth_day"
    BIRTH_MONTH = "birth_month"
    BIRTH_YEAR = "birth_year"
    BIRTH_DATE_OF_MEN = "birth_date_of_men"
    BIRTH_DATE_OF_WOMEN = "birth_date_of_women"
    SEX = "sex"
    IS_MAN = "is_man"
    IS_WOMAN = "is_woman"
    STAFF_NUMBER = "staff_number"
    CITIZEN_NUMBER = "citizen_number"
    POSITION = "position"
    RANK = "rank"
    CONTRACT_TYPE = "contract_type"
    ORGANISATION_CODE = "organisation_code"
    ORGANISATION_NAME = "organisation_name"
    DEPARTMENT_NAME = "department_name"
    PHONE = "phone"
    RECOVERY_EMAIL = "recovery_email"
    WANTED_ADDRESS = "wanted_address"
    REQUEST = "request"
    DOCUMENT_NUMBER = "document_number"
    DOCUMENT_DATE = "document_date"
    NOTE = "note"
    PARENT_CODE = "parent_code"
    SHORT_NAME = "short_name"
    ORGANISATION_KIND = "organisation_kind"
    MAIL_STEM = "mail_stem"
    GSO_CODE = "gso_code"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    PURPOSE = "purpose"
    ADDRESS_STEM = "address_stem"
    DISPLAY_NAME = "display_name"
    REASON = "reason"
    """Written by `rejected` beside a refused row; says nothing when it comes back."""
    IGNORED = "ignored"


NAME = frozenset({Column.FULL_NAME, Column.FAMILY_AND_MIDDLE_NAME, Column.GIVEN_NAME})
BIRTH = frozenset(
    {
        Column.BIRTH_DATE,
        Column.BIRTH_DAY,
        Column.BIRTH_MONTH,
        Column.BIRTH_YEAR,
        Column.BIRTH_DATE_OF_MEN,
        Column.BIRTH_DATE_OF_WOMEN,
    }
)
NUMBERS = frozenset({Column.CITIZEN_NUMBER, Column.STAFF_NUMBER})
PLACE = frozenset({Column.ORGANISATION_CODE, Column.ORGANISATION_NAME, Column.DEPARTMENT_NAME})
"""Columns that say one thing together: nothing is concluded from the others where one is unread."""

REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]|\*")
BETWEEN_WORDS = re.compile(r"[\W_]+")


def title_key(title: str) -> str:
    """Lower-case words with tone marks: "Ngày, tháng năm sinh (*)" → "ngày tháng năm sinh"."""
    text = clean(title).lower()
    without_remarks = REMARK.sub(" ", text)
    return BETWEEN_WORDS.sub(" ", without_remarks).strip() or BETWEEN_WORDS.sub(" ", text).strip()


class Titles:
    """Titles → column. With their tone marks first, then without, if that is not ambiguous.

    "Năm" (year) and "Nam" (male) are the reason: typed without marks both read "nam".
    """

    def __init__(self, titles: Mapping[str, Iterable[str]]) -> None:
        self._exact: dict[str, Column] = {}
        self._folded: dict[str, Column | None] = {}
        for column, title in _flat(titles):
            key = title_key(title)
            self._exact.setdefault(key, column)
            bare = fold(key)
            if self._folded.setdefault(bare, column) is not column:
                self._folded[bare] = None

    def find(self, title: str) -> Column | None:
        key = title_key(title)
        return self._exact.get(key) or self._folded.get(fold(key))

    def find_start(self, title: str) -> Column | None:
        """The column of the longest known title of two words or more that this one begins with."""
        words = title_key(title).split()
        for length in range(min(len(words), 7) - 1, 1, -1):
            start = " ".join(words[:length])
            if column := self._exact.get(start) or self._folded.get(fold(start)):
                return column
        return None


def _flat(titles: Mapping[str, Iterable[str]]) -> Iterator[tuple[Column, str]]:
    for column, names in titles.items():
        for name in names:
            yield Column(column), name


_DATA = tomllib.loads(
    files("identity.hr_import").joinpath("columns.toml").read_text(encoding="utf-8")
)
TITLES = Titles(_DATA["titles"])
PARENTS = Titles(_DATA["parents"])
UNDER = {Column(parent): Titles(titles) for parent, titles in _DATA["under"].items()}
INSTEAD_OF = {
    Column(wanted): tuple(map(Column, stand_ins))
    for wanted, stand_ins in _DATA["instead_of"].items()
}
OF_ORGANISATIONS = Titles(_DATA["organisations"])
OF_PEOPLE = Titles(_DATA["people"])
