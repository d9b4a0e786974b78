import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.paging import CursorInvalid, decode_cursor, encode_cursor


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), max_size=4))
def test_a_cursor_comes_back_as_it_went(values: list[str]) -> None:
    assert decode_cursor(encode_cursor(*values), len(values)) == values


@given(st.text())
def test_any_other_text_is_refused_as_a_cursor(text: str) -> None:
    try:
        decode_cursor(text, 2)
    except CursorInvalid:
        return
    pytest.fail(f"accepted {text!r}")
