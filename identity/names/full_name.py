"""A person's name: one string, and its parts where it has them."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self
from unicodedata import category

from identity.names.text import clean
from kernel.errors import Invalid

LONGEST_NAME = 100


class NameMissing(Invalid, ValueError):
    code: ClassVar[str] = "name_missing"

    def __init__(self) -> None:
        super().__init__("Thiếu họ và tên.", "The name is missing.", place="full_name")


class NameNotAName(Invalid, ValueError):
    code: ClassVar[str] = "name_invalid"

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi, en, place="full_name")


@dataclass(frozen=True, slots=True)
class FullName:
    """`full` is what people are called; the parts are only a reading of it and may all be missing.

    Vietnamese order is family, middle (none to three words), given. Minority names may have one
    word, no family name or another order, so nothing may depend on a part being there.
    """

    full: str
    family: str | None = None
    middle: str | None = None
    given: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Clean a name and read its parts. Legacy encodings must have been converted before.

        Raises NameMissing, NameNotAName.
        """
        full = clean(text)
        _refuse_what_is_no_name(full)
        if full.isupper() or full.islower():
            full = clean(_with_initial_capitals(full))  # the capital of ŉ is two characters
        words = full.split(" ")
        if len(words) == 1:
            return cls(full, given=full)
        return cls(full, words[0], " ".join(words[1:-1]) or None, words[-1])

    def __str__(self) -> str:
        return self.full


# Letters of Vietnamese and of minorities; some (ơ̆ in Bahnar) need a combining mark.
_LATIN_NAME = re.compile(
    "[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff'. -]+"
)
_LETTER = re.compile(r"[^\W\d_]")
_PUNCTUATION = frozenset("'. -")
_MATHEMATICAL_LETTERS = range(0x1D400, 0x1D800)
_NOT_LETTERS_OF_NAMES = frozenset("ªºµ")  # letters to Unicode, slips in a name


def _refuse_what_is_no_name(name: str) -> None:
    if not name:
        raise NameMissing
    if len(name) > LONGEST_NAME:
        raise NameNotAName(
            f"Họ và tên dài quá {LONGEST_NAME} ký tự.",
            f"The name is longer than {LONGEST_NAME} characters.",
        )
    if not _LATIN_NAME.fullmatch(name):
        for character in name:
            if not _may_stand_in_a_name(character):
                raise NameNotAName(
                    f"Họ và tên có ký tự không hợp lệ: {character!a}.",
                    f"The name holds a character that no name has: {character!a}.",
                )
    if not _LETTER.search(name):
        raise NameNotAName("Họ và tên không có chữ cái nào.", "The name has no letter.")


def _may_stand_in_a_name(character: str) -> bool:
    return character in _PUNCTUATION or (
        category(character) in {"Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Mn"}
        and character not in _NOT_LETTERS_OF_NAMES
        and ord(character) not in _MATHEMATICAL_LETTERS
    )


_PART_OF_WORD = re.compile(r"[^'. -]+")


def _with_initial_capitals(name: str) -> str:
    """Capitals as in "H'Mông" and in "Y-Moan"."""
    return _PART_OF_WORD.sub(lambda part: part[0].capitalize(), name)
