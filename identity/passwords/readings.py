"""What a password says when marks, capitals, substitutions and decoration are taken away."""

import re
from collections.abc import Collection

from identity.names.text import fold
from identity.passwords.subject import plain

_SUBSTITUTES = "@4$5380+"
_SUBSTITUTED = "aassebot"
_AS_I, _AS_L = (
    str.maketrans(_SUBSTITUTES + "1!|", _SUBSTITUTED + 3 * letter) for letter in ("i", "l")
)
_BEFORE, _AFTER = re.compile(r"^[^a-z]+"), re.compile(r"[^a-z]+$")
_NO_LETTER = re.compile(r"[^a-z]+")


def readings(password: str) -> set[str]:
    """In a-z and 0-9 alone: "M@t_Khẩu" reads "mtkhau" and "matkhau"."""
    return {plain(text) for text in _undone(fold(password))}


def cores(password: str) -> set[str]:
    """The letters alone: "M@tkhau-2026!" has the core "matkhau" among others.

    A sign at either end may be a letter in disguise or decoration, so both are read.
    """
    folded = fold(password)
    ends = {folded, _AFTER.sub("", folded), _AFTER.sub("", _BEFORE.sub("", folded))}
    return {_NO_LETTER.sub("", text) for trimmed in ends for text in _undone(trimmed)} - {""}


def _undone(folded: str) -> tuple[str, str, str]:
    return folded, folded.translate(_AS_I), folded.translate(_AS_L)


def is_made_of(text: str, words: Collection[str]) -> bool:
    """Whether the text is nothing but these words, in any order and number."""
    reached = {0}
    for place in range(len(text)):
        if place in reached:
            reached |= {place + len(word) for word in words if text.startswith(word, place)}
    return bool(text) and len(text) in reached


_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[-/.,_ ]+(?=[0-9])")


def joined_digits(password: str) -> str:
    """Numbers without what stands between them: "06/05/1980" becomes "06051980"."""
    return _BETWEEN_DIGITS.sub("", password)
