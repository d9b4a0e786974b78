"""Which groups of letters can be a Vietnamese syllable: onset, rime and tone must fit together."""

from collections.abc import Iterator
from unicodedata import normalize

TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Combining huyền, hỏi, ngã, sắc, nặng, in the order of dictionaries; ngang has no mark."""

_VOWELS = "aăâeêioôơuưy"
TONED = {normalize("NFC", vowel + tone): (vowel, tone) for vowel in _VOWELS for tone in TONES}
"""Each vowel with a tone: its letter without the tone, and the combining tone."""

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph r s t th tr v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay  ăc ăm ăn ăng ăp ăt  âc âm ân âng âp ât âu ây
e ec em en eng eo ep et  ê êch êm ên ênh êp êt êu  i ich im in inh ip it iu
ia iêc iêm iên iêng iêp iêt iêu  o oc oi om on ong op ot  ô ôc ôi ôm ôn ông ôp ôt
ơ ơi ơm ơn ơp ơt  u uc ui um un ung up ut  ua uôc uôi uôm uôn uông uôt
ư ưc ưi ưm ưn ưng ưt ưu  ưa ươc ươi ươm ươn ương ươp ươt ươu
oa oac oach oai oam oan oang oanh oao oap oat oay  oăc oăm oăn oăng oăt  oe oen oeo oet
uân uâng uât uây  uê uêch uên uênh  uơ  uy uya uych uyn uynh uyp uyt uyu uyên uyêt
y yêm yên yêng yêt yêu
"""
_RIMES_AFTER_QU = """
a ac ach ai am an ang anh ao at au ay  ăc ăm ăn ăng ăp ăt  ân âng ât âu ây
e en eo et  ê êch ên ênh êt  i in inh ip ich it  ơ ơi ơn  ôc  y ych yn ynh yp yt yên yêt
"""
_STOPS = ("c", "ch", "p", "t")
_FRONT = tuple("eêiy")
_ONSETS_BEFORE_FRONT_ONLY = {"k", "gh", "ngh"}
_ONSETS_BEFORE_BACK_ONLY = {"c", "g", "ng"}
_AFTER_G_AS_GI = {
    "i",
    "in",
    "iêc",
    "iêng",
    "iêt",
}  # gì, gìn, giếc, giếng, giết: the i is written once


def _fits(onset: str, rime: str) -> bool:
    front = rime.startswith(_FRONT)
    if rime.startswith("yê"):
        return False  # yên, yêu: only without an onset
    if onset in _ONSETS_BEFORE_FRONT_ONLY:
        return front
    if onset in _ONSETS_BEFORE_BACK_ONLY:
        return not front or (onset == "g" and rime in _AFTER_G_AS_GI)
    return onset != "gi" or rime[0] not in "iy"


def _bases() -> Iterator[str]:
    rimes = _RIMES.split()
    yield from rimes
    yield from ("qu" + rime for rime in _RIMES_AFTER_QU.split())
    for onset in _ONSETS.split():
        yield from (onset + rime for rime in rimes if _fits(onset, rime))


TONELESS = frozenset(_bases())
"""Every syllable that can be written, without its tone."""
_ENDING_IN_STOP = frozenset(base for base in TONELESS if base.endswith(_STOPS))
_WITHOUT_TONE = str.maketrans({toned: vowel for toned, (vowel, _) in TONED.items()})
_TONE_OF = {toned: tone for toned, (_, tone) in TONED.items()}
_TONE_NEVER_LAST = (
    *("ai", "ao", "au", "ay", "âu", "ây", "eo", "êu"),
    *("oi", "ôi", "ơi", "ưa", "ưi", "ưu"),
)
_TONES_ON_STOPS = {"\u0301", "\u0323"}  # sắc, nặng


def is_syllable(word: str) -> bool:
    """Whether an NFC word, in any case, can be one Vietnamese syllable.

    The tone may stand where people put it (hòa, hoà, and the common slip Qúy). Names of the
    minorities follow other rules: "no" says nothing against a name.
    """
    word = word.lower()
    tones = [_TONE_OF[letter] for letter in word if letter in _TONE_OF]
    base = word.translate(_WITHOUT_TONE)
    if len(tones) > 1 or base not in TONELESS:
        return False
    if tones and word[-1] in _TONE_OF and base.endswith(_TONE_NEVER_LAST):
        return False
    return base not in _ENDING_IN_STOP or (bool(tones) and tones[0] in _TONES_ON_STOPS)


def is_syllable_but_for_tone(word: str) -> bool:
    """`is_syllable`, or a syllable like "Bôc", in which somebody forgot the tone."""
    return is_syllable(word) or word.lower() in TONELESS
