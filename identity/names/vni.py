"""VNI-Windows: most letters are a vowel and a second character that holds all its marks."""

import re
from unicodedata import normalize

_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_TONES = ("", _GRAVE, _HOOK, _TILDE, _ACUTE, _DOT)
_TONE_SIGNS = dict(zip("øûõùï", _TONES[1:], strict=True))
_CIRCUMFLEX_SIGNS = dict(zip("âàåãáä", (_CIRCUMFLEX + tone for tone in _TONES), strict=True))
_BREVE_SIGNS = dict(zip("êèúüéë", (_BREVE + tone for tone in _TONES), strict=True))
_LETTERS = dict(zip("ôöñíìæóòî", "ơưđíìỉĩịỵ", strict=True))
_MARKS = {
    "a": _TONE_SIGNS | _CIRCUMFLEX_SIGNS | _BREVE_SIGNS,
    **dict.fromkeys("eo", _TONE_SIGNS | _CIRCUMFLEX_SIGNS),
    **dict.fromkeys("uyôö", _TONE_SIGNS),
}
_DECODED = _LETTERS | {
    vowel + sign: normalize("NFC", _LETTERS.get(vowel, vowel) + marks)
    for vowel, signs in _MARKS.items()
    for sign, marks in signs.items()
}
_GROUP = re.compile(
    f"[aeouyôö][{''.join(_TONE_SIGNS | _CIRCUMFLEX_SIGNS | _BREVE_SIGNS)}]|[^\\x00-\\x7f]",
    re.IGNORECASE,
)


def decode_vni(text: str) -> str | None:
    """Unicode of VNI text that was read as Latin-1; None when a character is not of VNI."""
    unknown = False

    def decode(group: re.Match[str]) -> str:
        nonlocal unknown
        letter = _DECODED.get(group[0].lower())
        unknown |= letter is None
        return "" if letter is None else letter.upper() if group[0][0].isupper() else letter

    converted = _GROUP.sub(decode, text)
    return None if unknown else converted
