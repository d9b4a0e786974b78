import pytest

from identity.names.syllables import TONELESS, is_syllable, is_syllable_but_for_tone

WORDS = """
Nguyễn Quỳnh Quý Qúy hòa hoà Thuý Thúy Giang gì giếng Nghĩa Ghi Kỳ Cường Khuê Trường Đức Oanh
Uyên Yến Ánh Ưng Huy Quyết Luật Mỵ Hoàng Xuân Thoại Khuya Ngoan A
"""


@pytest.mark.parametrize("word", WORDS.split())
def test_vietnamese_words_are_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["NguyÔn", "V¨n", "Nguyeãn", "Kpă", "Êban", "Niê", "Black", "Đat", "Bìch", "màá", ""]
)
def test_other_words_are_not(word: str) -> None:
    assert not is_syllable(word)


def test_a_forgotten_tone_can_be_forgiven() -> None:
    assert not is_syllable("Bôc")
    assert is_syllable_but_for_tone("Bôc")
    assert not is_syllable_but_for_tone("Êban")


def test_there_are_about_as_many_syllables_as_phonologists_count() -> None:
    assert 2_500 < len(TONELESS) < 4_500
