"""Order of names as Vietnamese expect it: by given name, then family name, then middle name.

A key is ASCII text to be compared byte by byte (`COLLATE "C"` in PostgreSQL, `str` in Python). Each
syllable is its letters, written as A-Z and a-g in the order of the alphabet, followed by its tone
as a digit 0-5; a space stands between given, family and middle name. Space sorts before digits and
digits before letters, hence

- a shorter syllable comes first: An < Anh;
- a tone decides between syllables of equal letters, before the next one: Ha Binh < Hà An < Hả An;
- a missing part comes first: An < Lê An.

Capitals, apostrophes and the place of the tone mark (hòa, hoà) make no difference.
"""

from functools import lru_cache
from unicodedata import combining, normalize

from identity.names.full_name import FullName
from identity.names.syllables import TONES
from identity.names.text import fold

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
"""The 29 letters and f, j, w, z where dictionaries put foreign words."""

_CODES = dict(zip(ALPHABET, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg", strict=True))
_TONE_RANKS = {tone: str(rank) for rank, tone in enumerate(TONES, start=1)}
_SHAPES = "\u0306\u0302\u031b"  # breve, circumflex, horn: another letter, not another tone


def sort_key(name: FullName) -> str:
    """The key of the name; equal keys mean that two names are spelled alike but for capitals."""
    parts = (name.given or name.full, name.family, name.middle)
    return " ".join(_part_key(part) if part else "" for part in parts).rstrip()


def _part_key(part: str) -> str:
    return "".join([_syllable_key(word) for word in part.replace("-", " ").split(" ")])


@lru_cache(
    maxsize=16_384
)  # Vietnamese writes about 7,000 syllables; a key costs 3 µs, a repeated one 0.1 µs
def _syllable_key(word: str) -> str:
    letters: list[str] = []
    tone = "0"
    for character in normalize("NFD", word.lower()):
        if character in _TONE_RANKS:
            tone = _TONE_RANKS[character]
        elif character in _SHAPES and letters:
            letters[-1] = _shaped(letters[-1], character)
        elif not combining(character) and character not in "'.":
            letters.extend([character] if character in _CODES else fold(character))
    return "".join([_CODES.get(letter, letter) for letter in letters]) + tone if letters else ""


def _shaped(letter: str, shape: str) -> str:
    shaped = normalize("NFC", letter + shape)
    return shaped if shaped in _CODES else letter  # ĕ of Ê Đê sorts as e
