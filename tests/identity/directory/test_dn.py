from hypothesis import given
from hypothesis import strategies as st

from identity.directory import dn

VALUES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)


def test_special_characters_are_written_the_way_slapd_gives_them_back() -> None:
    assert dn.escape_value(' #a,b+c"d\\e<f>g;h=i ') == (
        "\\20#a\\2Cb\\2Bc\\22d\\5Ce\\3Cf\\3Eg\\3Bh\\3Di\\20"
    )
    assert dn.escape_value("#1") == "\\231"


def test_letters_of_vietnamese_stay_as_they_are() -> None:
    assert dn.escape_value("Đặng Thị H'Mông") == "Đặng Thị H'Mông"


@given(VALUES)
def test_an_escaped_value_is_taken_apart_again_in_the_right_place(value: str) -> None:
    name = dn.below(dn.relative("cn", value), "ou=people,dc=vn")
    assert dn.split(name) == (dn.relative("cn", value), "ou=people,dc=vn")


def test_the_top_has_no_parent() -> None:
    assert dn.split("dc=vn") == ("dc=vn", "")


def test_names_that_differ_in_case_only_are_the_same() -> None:
    assert dn.same("UID=A,dc=VN", "uid=a,DC=vn")
