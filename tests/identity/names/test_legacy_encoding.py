from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from identity.names.full_name import FullName
from identity.names.legacy_encoding import UNREADABLE, Conversion, LegacyEncoding, convert
from identity.names.syllables import TONED, TONELESS, is_syllable
from identity.names.tcvn3 import decode_tcvn3
from identity.names.vni import decode_vni

SAMPLE = Path(__file__).parents[3] / "sample" / "bac-kan" / "hr.xlsx"


@pytest.mark.parametrize(
    ("legacy", "unicode"),
    [
        ("NguyÔn V¨n An", "Nguyễn Văn An"),
        ("Cao B¸ L·nh", "Cao Bá Lãnh"),
        ("§Æng ThÞ HuÖ", "Đặng Thị Huệ"),
        ("Tr\u00ad¬ng Mü Hoa", "Trương Mỹ Hoa"),
        ("L\u00adu Nam", "Lưu Nam"),
        ("NguyÔn ThÞ ¸nh", "Nguyễn Thị Ánh"),
        ("Hå Thu Hμ", "Hồ Thu Hà"),
        ("NGUYÔN V¨N AN", "NGUYỄN VĂN AN"),
        ("CAO B¸ L·NH", "CAO BÁ LÃNH"),
        ("nguyÔn v¨n an", "nguyễn văn an"),
        ("Lª A", "Lê A"),
    ],
)
def test_tcvn3_names_are_converted(legacy: str, unicode: str) -> None:
    assert convert(legacy) == Conversion(unicode, LegacyEncoding.TCVN3)


@pytest.mark.parametrize(
    ("legacy", "unicode"),
    [
        ("Nguyeãn Vaên An", "Nguyễn Văn An"),
        ("NGUYEÃN VAÊN AN", "NGUYỄN VĂN AN"),
        ("Hoaøng Vaên Thuï", "Hoàng Văn Thụ"),
        ("Traàn Thò Thuùy", "Trần Thị Thúy"),
        ("Ñaëng Höõu Phöôùc", "Đặng Hữu Phước"),
        ("AÙnh", "Ánh"),
        ("Lyù Thò Myõ", "Lý Thị Mỹ"),
    ],
)
def test_vni_names_are_converted(legacy: str, unicode: str) -> None:
    assert convert(legacy) == Conversion(unicode, LegacyEncoding.VNI)


UNICODE_NAMES = """
Nguyễn Văn An, Nguyen Van An, Hoà, Lý Hùng, Mã Lò, Ðoàn Ðô, Lê Viêt Bôc, Qúy, K'Sor, Y Moan, D’Hà,
H'Hen Niê, Êban, Y Moan Êban, Blô Mlô, Ly Mí Và, Giàng Sèo, Rơ Châm, Kpă Y Ơ̆n, René Lê, Noël, Muñoz,
Lê – Hà
"""


@pytest.mark.parametrize("name", ["", *UNICODE_NAMES.strip().replace("\n", " ").split(", ")])
def test_unicode_names_are_left_alone(name: str) -> None:
    assert convert(name) is None
    assert convert(normalize("NFD", name)) is None


@pytest.mark.parametrize("text", ["Nguyễn V¨n An", "K'S¬r", "Hue«", "NguyÔn Black", "Nguyeãn Xyz"])
def test_what_looks_legacy_and_is_not_certain_is_unreadable(text: str) -> None:
    assert convert(text) is UNREADABLE


def test_every_name_of_the_sample_is_read_rightly() -> None:
    workbook = load_workbook(SAMPLE, read_only=True)
    rows = workbook.worksheets[0].iter_rows(min_row=8, min_col=2, max_col=2, values_only=True)
    names = [name for (name,) in rows if isinstance(name, str)]
    workbook.close()
    converted = [(name, convert(name)) for name in names if convert(name) is not None]
    assert len(names) > 6_000
    assert converted == [("Cao B¸ L·nh", Conversion("Cao Bá Lãnh", LegacyEncoding.TCVN3))] * 18


TONE_MARKS = sorted({tone for _, tone in TONED.values()})
TO_TCVN3 = {decode_tcvn3(code): code for code in map(chr, range(0xA1, 0x100)) if decode_tcvn3(code)}
TO_VNI = {
    decoded: group
    for group in [
        *map(chr, range(0xA1, 0x100)),
        *(vowel + chr(sign) for vowel in "aeouyôöAEOUYÔÖ" for sign in range(0xE0, 0x100)),
    ]
    if (decoded := decode_vni(group)) and len(decoded) == 1
}


def toned(base: str, place: int, tone: str) -> str:
    vowels = [index for index, letter in enumerate(base) if letter in "aăâeêioôơuưy"]
    index = vowels[place % len(vowels)]
    return normalize("NFC", base[: index + 1] + tone + base[index + 1 :])


SYLLABLES = st.builds(
    toned,
    st.sampled_from(sorted(TONELESS)),
    st.integers(min_value=0, max_value=2),
    st.sampled_from(["", *TONE_MARKS]),
).filter(is_syllable)
NAMES = st.lists(SYLLABLES, min_size=2, max_size=4).map(" ".join)


@given(NAMES)
def test_tcvn3_text_never_becomes_another_name(name: str) -> None:
    legacy = "".join(TO_TCVN3.get(letter, letter) for letter in name)
    assert decode_tcvn3(legacy) == name
    assert convert(legacy) in {None, UNREADABLE, Conversion(name, LegacyEncoding.TCVN3)}


@given(NAMES)
def test_vni_text_never_becomes_another_name(name: str) -> None:
    legacy = "".join(TO_VNI.get(letter, letter) for letter in name)
    assert decode_vni(legacy) == name
    assert convert(legacy) in {None, UNREADABLE, Conversion(name, LegacyEncoding.VNI)}


@given(NAMES)
def test_no_possible_name_in_unicode_is_taken_for_legacy(name: str) -> None:
    assert convert(name) is None
    assert convert(FullName.parse(name).full.upper()) is None


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    convert(text)
