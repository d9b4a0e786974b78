"""Names typed with the fonts of the 1990s, recognised and converted.

Files typed in .VnTime (TCVN 5712:1993, third set, "TCVN3") or in VNI-Windows arrive as Latin-1 letters that make no
sense: "NguyÔn V¨n An", "Nguyeãn Vaên An". A name is converted only when every word of the result is a possible
Vietnamese syllable and the original was not; a wrong guess would follow a person for years.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from unicodedata import normalize

from identity.names.syllables import is_syllable, is_syllable_but_for_tone


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
    conversions = [
        Conversion(converted, encoding)
        for encoding, decode in _DECODERS.items()
        if (converted := decode(text)) and all(map(is_syllable, _words(converted)))
    ]
    if len(conversions) == 1 and _is_proved(conversions[0].encoding, text):
        return conversions[0]
    return UNREADABLE if conversions or _looks_legacy(text, words) else None


_VIETNAMESE_LETTER = re.compile("[\u0102-\u01b0\u0300-\u0323\u1ea0-\u1ef9]")
_TYPOGRAPHY = str.maketrans("\u00a0\u03bc‘’–", " \u00b5''-")  # code page 1252 and what NFKC makes of µ
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


def _reads_as_unicode(word: str) -> bool:
    return is_syllable_but_for_tone(word.replace("\u00d0", "Đ").replace("\u00f0", "đ"))  # eth for Đ is a slip, no encoding


def _is_proved(encoding: LegacyEncoding, text: str) -> bool:
    """A slip such as "Lê Bôcc" must not read as TCVN3; in VNI the pairs of vowels are proof enough."""
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


_TCVN3_TEXT = (
    "¡Ă¢Â£Ê¤Ô¥Ơ¦Ư§Đ¨ă©âªê«ô¬ơ\u00adư®đ"
    "µà¶ả·ã¸á¹ạ»ằ¼ẳ½ẵ¾ắÆặÇầÈẩÉẫÊấËậ"
    "ÌèÎẻÏẽÐéÑẹÒềÓểÔễÕếÖệ×ìØỉÜĩÝíÞị"
    "ßòáỏâõãóäọåồæổçỗèốéộêờëởìỡíớîợ"
    "ïùñủòũóúôụõừöửøứ÷ữùựúỳûỷüỹýýþỵ"
)
_TCVN3 = str.maketrans(dict(zip(_TCVN3_TEXT[::2], _TCVN3_TEXT[1::2], strict=True)))
_TCVN3_STRANGER = re.compile(f"[^\\x00-\\x7f{re.escape(_TCVN3_TEXT[::2])}]")


def _from_tcvn3(text: str) -> str | None:
    if _TCVN3_STRANGER.search(text):
        return None
    return _with_lost_capitals(text, text.translate(_TCVN3))


_ASCII_LETTERS = re.compile("[A-Za-z]")


def _with_lost_capitals(text: str, converted: str) -> str:
    """TCVN3 has no capitals with tones: .VnTimeH only draws the small ones large, so "NGUYÔN" holds a small ễ."""
    if _typed_in_capitals(text):
        return converted.upper()
    pairs = list(zip(text.split(" "), converted.split(" "), strict=True))
    capital = {original[:1].isupper() for original, _ in pairs if original[:1].isascii() and original}
    restored = [
        word.upper()
        if _typed_in_capitals(original)
        else word[:1].upper() + word[1:]
        if capital == {True}
        else word
        for original, word in pairs
    ]
    return " ".join(restored)


def _typed_in_capitals(text: str) -> bool:
    """At least two ASCII letters side by side in one word, and no small one; "Lª A" says nothing."""
    letters = "".join(_ASCII_LETTERS.findall(text))
    return letters.isupper() and any(len(_ASCII_LETTERS.findall(word)) > 1 for word in text.split())


_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_VNI_TONES = {"ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ù": _ACUTE, "ï": _DOT}
_VNI_CIRCUMFLEX = {
    "â": _CIRCUMFLEX,
    **{"à": _CIRCUMFLEX + _GRAVE, "å": _CIRCUMFLEX + _HOOK, "ã": _CIRCUMFLEX + _TILDE},
    **{"á": _CIRCUMFLEX + _ACUTE, "ä": _CIRCUMFLEX + _DOT},
}
_VNI_BREVE = {
    "ê": _BREVE,
    **{"è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE},
    **{"é": _BREVE + _ACUTE, "ë": _BREVE + _DOT},
}
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_MARKS = {
    "a": _VNI_TONES | _VNI_CIRCUMFLEX | _VNI_BREVE,
    **dict.fromkeys("eo", _VNI_TONES | _VNI_CIRCUMFLEX),
    **dict.fromkeys("uyôö", _VNI_TONES),
}
"""VNI writes most letters as a vowel and a second character that holds its marks."""
_VNI = _VNI_LETTERS | {
    vowel + sign: normalize("NFC", _VNI_LETTERS.get(vowel, vowel) + marks)
    for vowel, signs in _VNI_MARKS.items()
    for sign, marks in signs.items()
}
_VNI_GROUP = re.compile(
    f"[aeouyôö][{''.join(_VNI_TONES | _VNI_CIRCUMFLEX | _VNI_BREVE)}]|[^\\x00-\\x7f]",
    re.IGNORECASE,
)


def _from_vni(text: str) -> str | None:
    unknown = False

    def decode(group: re.Match[str]) -> str:
        nonlocal unknown
        letter = _VNI.get(group[0].lower())
        unknown |= letter is None
        return "" if letter is None else letter.upper() if group[0][0].isupper() else letter

    converted = _VNI_GROUP.sub(decode, text)
    return None if unknown else converted


_DECODERS: dict[LegacyEncoding, Callable[[str], str | None]] = {
    LegacyEncoding.TCVN3: _from_tcvn3,
    LegacyEncoding.VNI: _from_vni,
}
