from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.names.full_name import FullName
from identity.names.sort_key import ALPHABET, sort_key

WORDS = ["Nga", "Hà", "Ha", "Hạ", "Đa", "Da", "Ân", "Ăn", "Thị", "Y-Moan", "H'Mông"]


def key(text: str) -> str:
    return sort_key(FullName.parse(text))


@pytest.mark.parametrize(
    "in_order",
    [
        ["Vũ An", "Lê Ăn", "Hà Ân", "An Bình"],
        ["Lê Da", "Lê Đa", "Lê Em"],
        ["An", "Lê An", "Nguyễn An", "Nguyễn Thị An", "Nguyễn Văn An", "Lê Anh"],
        ["Lê Ma", "Lê Mà", "Lê Mả", "Lê Mã", "Lê Má", "Lê Mạ"],
        ["Ly Ha", "Lý Ha", "Lê Hà", "Lê Hả", "Lê Han"],
        ["Lê Thị Ha", "Lê Thị Thu Ha"],
        ["Lê O", "Lê Ô", "Lê Ơ", "Lê Pô", "Lê U", "Lê Ư", "Lê Vu"],
        ["Lê Ky", "Lê Le", "Lê Thanh", "Lê Thành", "Lê Tranh"],
        ["Lê Zi", "Lê 明"],
    ],
)
def test_names_stand_as_in_a_vietnamese_list(in_order: list[str]) -> None:
    assert sorted(in_order, key=key) == in_order


def test_letters_follow_the_alphabet() -> None:
    keys = [sort_key(FullName(letter, given=letter)) for letter in ALPHABET]
    assert all(one < other for one, other in pairwise(keys))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Lê Hoà", "LÊ HÒA"), ("H'Mông", "Hmông"), ("Y-Moan", "Y-moan"), ("Lê Thuý", "Lê Thúy")],
)
def test_spelling_of_the_same_sound_makes_no_difference(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_a_name_that_nobody_has_split_sorts_by_itself() -> None:
    assert sort_key(FullName("Kpă Nga")) == sort_key(FullName("Kpă Nga", given="Kpă Nga"))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_keys_of_vietnamese_names_are_printable_ascii(words: list[str]) -> None:
    made = key(" ".join(words))
    assert made.isascii()
    assert made.isprintable()


@given(st.text(max_size=20), st.text(max_size=20))
def test_code_points_and_utf_8_bytes_sort_alike(one: str, other: str) -> None:
    keys = [sort_key(FullName(text, given=text)) for text in (one, other)]
    assert sorted(keys) == sorted(keys, key=str.encode)
