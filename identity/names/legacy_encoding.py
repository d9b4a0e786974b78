"""Names typed with the fonts of the 1990s, recognised and converted.

Files typed in .VnTime (TCVN 5712:1993, third set, "TCVN3") or in VNI-Windows arrive as Latin-1
letters that make no sense: "NguyÔn V¨n An", "Nguyeãn Vaên An". A name is converted only when every
word of the result is a possible Vietnamese syllable and the original was not; a wrong guess would
follow a person for years.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from unicodedata import normalize

from identity.names.syllables import is_syllable, is_syllable_but_for_tone
from identity.names.tcvn3 import decode_tcvn3
from identity.names.vni import decode_vni


class LegacyEncoding(StrEnum):
    TCVN3 = "tcvn3"
    VNI = "vni-windows"


@dataclass(frozen=True, slots=True)
class Conversion:
    text: str
    encoding: LegacyEncoding


class Unreadable(Enum):
    UNREADABLE = "unreadable"


UNREADABLE = Unreadable.UNREADABLE
"""The text was typed in a legacy encoding, but what it says is not certain."""


def convert(text: str) -> Conversion | Unreadable | None:
    """Unicode text of a name in a legacy encoding; None when it is Unicode already.

    Call it before `text.clean`, which takes the TCVN3 letter ư for a soft hyphen.
    """
    if text.isascii() or (_VIETNAMESE_LETTER.search(text) and not _SYMBOL.search(text)):
        return None  # the quick way, taken by nearly all names
    text = normalize("NFC", text).translate(_TYPOGRAPHY)
    words = _words(text)
    if _BEYOND_LATIN_1.search(text):
        return UNREADABLE if _SYMBOL_IN_WORD.search(text) else None
    if all(map(_reads_as_unicode, words)):
        return None
    possible = [
        Conversion(converted, encoding)
        for encoding, decode in _DECODERS.items()
        if (converted := decode(text)) and all(map(is_syllable, _words(converted)))
    ]
    proved = [conversion for conversion in possible if _is_proved(conversion.encoding, text)]
    if len(proved) == 1:
        return proved[0]
    return UNREADABLE if possible or _looks_legacy(text, words) else None


_VIETNAMESE_LETTER = re.compile("[\u0102-\u01b0\u0300-\u0323\u1ea0-\u1ef9]")
_TYPOGRAPHY = str.maketrans("\u00a0\u03bc‘’–", " \u00b5''-")  # cp1252; NFKC of µ
_BEYOND_LATIN_1 = re.compile("[^\u0000-\u00ff]")
_SYMBOLS = "¡¢£¤¥¦§¨©ª«¬®µμ¶·¸¹»¼½¾×÷"
"""Letters in TCVN3 that no name has in Unicode."""
_SYMBOL = re.compile(f"[{_SYMBOLS}]")
_SYMBOL_IN_WORD = re.compile(f"[^\\W\\d_][{_SYMBOLS}]|[{_SYMBOLS}][^\\W\\d_]")
_CAPITAL_INSIDE_WORD = re.compile("[a-z][À-ß]")  # "NguyÔn": TCVN3 has small letters there
_NOT_OF_VIETNAMESE = re.compile("[^\u0000-\u007fÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýÐð]")
_SEPARATORS = re.compile(r"[\s0-9!-/:-@\[-`{-~]+")


def _words(text: str) -> list[str]:
    return [word for word in _SEPARATORS.split(text) if word]


_ETH = str.maketrans("\u00d0\u00f0", "Đđ")  # eth for Đ is a common slip and no encoding


def _reads_as_unicode(word: str) -> bool:
    return not _CAPITAL_INSIDE_WORD.search(word) and is_syllable_but_for_tone(word.translate(_ETH))


def _is_proved(encoding: LegacyEncoding, text: str) -> bool:
    """Whether something in the text is no slip of Unicode; the vowel pairs of VNI never are."""
    return encoding is LegacyEncoding.VNI or bool(
        _CAPITAL_INSIDE_WORD.search(text) or _NOT_OF_VIETNAMESE.search(text)
    )


def _looks_legacy(text: str, words: list[str]) -> bool:
    if _SYMBOL_IN_WORD.search(text):
        return True
    if _CAPITAL_INSIDE_WORD.search(text) and not text.isupper():
        return True
    strange = [word for word in words if not word.isascii() and not _reads_as_unicode(word)]
    return any(is_syllable(decode(word) or "") for word in strange for decode in _DECODERS.values())


_DECODERS: dict[LegacyEncoding, Callable[[str], str | None]] = {
    LegacyEncoding.TCVN3: decode_tcvn3,
    LegacyEncoding.VNI: decode_vni,
}
