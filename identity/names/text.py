"""Vietnamese text brought to one form, and folded for search and addresses.

What differs between two spellings of the same thing (decomposed letters, invisible characters, the
Icelandic eth that looks like Đ, the apostrophes of word processors) disappears in `clean`; what
differs only in marks disappears in `fold`.
"""

import re
from unicodedata import category, normalize

_INVISIBLE = [
    0x00AD,  # soft hyphen; the letter ư in TCVN3, which is therefore converted before cleaning
    0x034F,
    0x061C,
    *range(0x180B, 0x180F),
    *range(0x200B, 0x2010),  # zero-width space and joiners, direction marks
    *range(0x202A, 0x202F),  # bidirectional embedding
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    0xFEFF,  # byte order mark
    *range(0xFFF9, 0xFFFC),
]
_APOSTROPHES = [0x60, 0xB4, 0x02B9, 0x02BB, 0x02BC, 0x2018, 0x2019, 0x201B, 0x2032, 0xFF07]
_HYPHENS = [*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D]
_LOOKALIKES: dict[int, str | None] = {
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys(_HYPHENS, "-"),
    0x00D0: "Đ",
    0x00F0: "đ",
    0x0189: "Đ",  # eth and African D are drawn like the Vietnamese letter
}
_HAS_LOOKALIKE = re.compile("[" + "".join(re.escape(chr(code)) for code in _LOOKALIKES) + "]")


def clean(text: str) -> str:
    """NFC, single spaces between words, nothing invisible, one kind of apostrophe and hyphen."""
    text = normalize("NFC", text)
    if _HAS_LOOKALIKE.search(text):
        text = normalize("NFC", text.translate(_LOOKALIKES))
    return " ".join(text.split())


_UNDECOMPOSABLE = {
    "đ": "d",
    "ð": "d",
    "ɖ": "d",
    "ƀ": "b",
    "ħ": "h",
    "ı": "i",
    "ł": "l",
    "ŋ": "ng",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    "þ": "th",
}


def _without_marks(letter: str) -> str:
    base = "".join(c for c in normalize("NFKD", letter) if category(c) != "Mn").lower()
    return "".join(_UNDECOMPOSABLE.get(c, c) for c in base)


_MARKS = dict.fromkeys(range(0x0300, 0x0370))
_LATIN = [*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
_FOLDED: dict[int, str | None] = {
    **{code: _without_marks(chr(code)) for code in _LATIN},
    **_MARKS,
    **dict.fromkeys(_INVISIBLE),
}


def fold(text: str) -> str:
    """Lower case without tone and vowel marks, đ as d: "Hồng Nga" becomes "hong nga".

    Letters of other scripts have no ASCII form and stay: `fold(text).isascii()` tells whether all
    was folded.
    """
    folded = text.translate(_FOLDED)
    if folded.isascii():
        return folded
    bare = "".join(c for c in normalize("NFKD", folded) if category(c) != "Mn")
    return normalize("NFC", bare.lower().translate(_FOLDED))


_APOSTROPHE = re.compile("['" + "".join(re.escape(chr(code)) for code in _APOSTROPHES) + "]")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


def search_key(text: str) -> str:
    """Words of a-z and 0-9 with single spaces; "H'Mông" is one word, "Y-Moan" are two."""
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHE.sub("", fold(text))).strip()
