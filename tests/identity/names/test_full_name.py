import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identity.names.full_name import FullName, NameMissing, NameNotAName
from kernel.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "family", "middle", "given_name"),
    [
        ("Nguyễn Thị Hồng Nga", "Nguyễn", "Thị Hồng", "Nga"),
        ("Lê Nga", "Lê", None, "Nga"),
        ("Nga", None, None, "Nga"),
        ("H'Hen Niê", "H'Hen", None, "Niê"),
        ("Y-Moan", None, None, "Y-Moan"),
    ],
)
def test_names_are_read_in_vietnamese_order(
    typed: str, family: str | None, middle: str | None, given_name: str
) -> None:
    assert FullName.parse(typed) == FullName(typed, family, middle, given_name)


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("NGUYỄN THỊ HỒNG NGA", "Nguyễn Thị Hồng Nga"),
        ("đặng văn đức", "Đặng Văn Đức"),
        ("H'MÔNG", "H'Mông"),
        ("k’sor y-moan", "K'Sor Y-Moan"),
        ("GIÀNG A PÁO", "Giàng A Páo"),
        ("Ê BAN", "Ê Ban"),
    ],
)
def test_capitals_are_restored_when_all_letters_have_one_size(typed: str, full: str) -> None:
    assert FullName.parse(typed).full == full


@pytest.mark.parametrize("typed", ["Nguyễn văn An", "McCarthy Lê", "Siu H'Wưnh", "Kpă Bơ̆k"])
def test_mixed_letters_stay_as_typed(typed: str) -> None:
    assert FullName.parse(typed).full == typed


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\ufeff\u00a0"])
def test_an_empty_name_is_missing(typed: str) -> None:
    with pytest.raises(NameMissing) as caught:
        FullName.parse(typed)
    assert caught.value.code == "name_missing"


@pytest.mark.parametrize(
    "typed",
    [
        "Nguyễn Văn 4",
        "a@b.vn",
        "<b>An</b>",
        "=SUM(A1)",
        "An 😀",
        "An\x07",
        "An²",
        "-",
        "NguyÔn V¨n",
        "𝐀n",
        "Cao B¸",
        "An/Bình",
        "x" * 101,
        "Lª Anh",
    ],
)
def test_what_cannot_be_a_name_is_refused(typed: str) -> None:
    with pytest.raises(NameNotAName) as caught:
        FullName.parse(typed)
    assert caught.value.code == "name_invalid"
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, Invalid)


@pytest.mark.parametrize("typed", ["明", "សុខ សាន", "Сергей Ким"])
def test_names_in_other_scripts_are_names(typed: str) -> None:
    assert FullName.parse(typed).full == typed


@given(st.text())
@example("ŉ")
@example("ɖ")
@example("ΐ")
def test_any_text_is_a_name_once_and_for_all_or_is_refused(text: str) -> None:
    try:
        name = FullName.parse(text)
    except (NameMissing, NameNotAName):
        return
    assert FullName.parse(name.full) == name
    parts = [part for part in (name.family, name.middle, name.given) if part]
    assert " ".join(parts) == name.full
