"""TCVN3, the third set of TCVN 5712:1993: one Latin-1 character for each Vietnamese letter."""

import re

_CODES_AND_LETTERS = (
    "¡Ă¢Â£Ê¤Ô¥Ơ¦Ư§Đ¨ă©âªê«ô¬ơ\u00adư®đ"
    "µà¶ả·ã¸á¹ạ»ằ¼ẳ½ẵ¾ắÆặÇầÈẩÉẫÊấËậ"
    "ÌèÎẻÏẽÐéÑẹÒềÓểÔễÕếÖệ×ìØỉÜĩÝíÞị"
    "ßòáỏâõãóäọåồæổçỗèốéộêờëởìỡíớîợ"
    "ïùñủòũóúôụõừöửøứ÷ữùựúỳûỷüỹýýþỵ"
)
_LETTERS = str.maketrans(dict(zip(_CODES_AND_LETTERS[::2], _CODES_AND_LETTERS[1::2], strict=True)))
_STRANGER = re.compile(f"[^\\x00-\\x7f{re.escape(_CODES_AND_LETTERS[::2])}]")


def decode_tcvn3(text: str) -> str | None:
    """Unicode of TCVN3 text that was read as Latin-1; None when a character is not of TCVN3."""
    if _STRANGER.search(text):
        return None
    return _with_lost_capitals(text, text.translate(_LETTERS))


_ASCII_LETTERS = re.compile("[A-Za-z]")


def _with_lost_capitals(text: str, converted: str) -> str:
    """Capitals with tones, which TCVN3 lacks: .VnTimeH draws the small ễ of "NGUYÔN" large."""
    if _typed_in_capitals(text):
        return converted.upper()
    pairs = list(zip(text.split(), converted.split(), strict=True))
    initials = "".join(
        word[0] for original, word in pairs if original[0].isascii() or word[0].isupper()
    )
    return " ".join(
        word.upper()
        if _typed_in_capitals(original)
        else word[0].upper() + word[1:]
        if initials.isupper()
        else word
        for original, word in pairs
    )


def _typed_in_capitals(text: str) -> bool:
    """Whether no ASCII letter is small; single capitals as in "Lª A" say nothing."""
    letters = "".join(_ASCII_LETTERS.findall(text))
    return letters.isupper() and any(len(_ASCII_LETTERS.findall(word)) > 1 for word in text.split())
