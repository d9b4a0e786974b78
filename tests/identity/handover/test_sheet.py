import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.handover.sheet import SMALLEST_SHARE, TEXT, fit, width_of, wrap
from theme.fonts import register_faces


@pytest.fixture(scope="module", autouse=True)
def _faces() -> None:
    register_faces()


@given(st.text(alphabet="aăâđơư WMi.@", max_size=300), st.floats(min_value=5, max_value=160))
def test_wrapping_keeps_every_letter_and_no_line_is_too_wide(text: str, width: float) -> None:
    lines = wrap(text, TEXT, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, TEXT) <= width for line in lines)


def test_text_that_fits_keeps_its_size() -> None:
    assert fit("Chuyên viên", TEXT, 100, 1) == (TEXT, ["Chuyên viên"])


def test_text_that_is_a_little_too_long_shrinks() -> None:
    text = "Phó Trưởng phòng phụ trách"
    style, lines = fit(text, TEXT, width_of(text, TEXT) * 0.9, 1)
    assert lines == [text]
    assert SMALLEST_SHARE * TEXT.size <= style.size < TEXT.size


def test_text_that_is_far_too_long_gets_more_lines_and_stays_legible() -> None:
    style, lines = fit("dài " * 100, TEXT, 50, 2)
    assert len(lines) > 2
    assert style.size >= (SMALLEST_SHARE - 0.01) * TEXT.size
